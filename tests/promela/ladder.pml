/* A ladder of one bid and one ask on its way through one requote, written a second time, for Spin to count its states.

   One market, one level, two prices, no counter-orders; what may happen once: the price moves, an order is taken whole
   or by half, the other strategy meets an order, a message overtakes another, a fill is lost or told twice. It is
   written from the rules (docs/system.md: L-1 to L-5, Q-4) and from how messages travel (docs/architecture.md), not
   from the explorer. Sizes are in lots of 0.0001; nothing here can reach a time-out, so that no time but the age of
   the last requote is kept. test_promela_twin.py says what is compared.

   Orders: 0 the old bid, 1 the old ask, 2 the new bid, 3 the new ask. Sets of orders are masks of these bits. */

#ifndef PRICE
#define PRICE 1
#endif
#ifndef TRADE
#define TRADE 1
#endif
#ifndef PARTIAL
#define PARTIAL 1
#endif
#ifndef TAKER
#define TAKER 1
#endif
#ifndef REORDER
#define REORDER 1
#endif
#ifndef LOSE
#define LOSE 1
#endif
#ifndef TWICE
#define TWICE 1
#endif

#define FULL 200
#define HALF 100
#define LONG_AGO 2      /* steps of half a second: a requote is due again */

#define ENDED 0         /* or not yet sent */
#define SENT 1
#define RESTING 2
#define CANCELED 3      /* requested */

#define OLD_FIRST 0     /* which order of a side is met first */
#define NEW_FIRST 1
#define ALIKE 2

#define CANCELS 1
#define PLACES 2
#define REJECTS 1
#define RESTS 2

typedef Channel {
  byte n;
  byte kind[2];
  byte what[2];
  byte size[2];
  bit old[2]
};

bit world;                       /* the price at the venue, 0 or 1 */
byte age;                        /* of the last requote */
byte price = PRICE, trade = TRADE, partial = PARTIAL, taker = TAKER, reorder = REORDER, lose = LOSE, twice = TWICE;
byte book[4] = {FULL, FULL, 0, 0};              /* what rests at the venue */
byte held[4] = {RESTING, RESTING, ENDED, ENDED}; /* what the maker believes of each order */
byte got[4];                     /* the fills told of each order that it believes live */
byte first[2];                   /* of a side whose new order is sent or rests */
short net, booked;               /* the position, by the venue and by the maker */
Channel orders, replies, updates, fills, again, prices;

hidden byte i, at, s, kind, what, size, rejected, rested, closed;

/* -- messages */

inline put(c, k, w, z) {
  c.kind[c.n] = k; c.what[c.n] = w; c.size[c.n] = z; c.old[c.n] = 0;
  c.n++
}

inline take(c, index) {          /* kind, what, size := the message, which leaves */
  kind = c.kind[index]; what = c.what[index]; size = c.size[index];
  if
  :: index == 0 -> c.kind[0] = c.kind[1]; c.what[0] = c.what[1]; c.size[0] = c.size[1]; c.old[0] = c.old[1]
  :: else
  fi;
  c.kind[1] = 0; c.what[1] = 0; c.size[1] = 0; c.old[1] = 0;
  c.n--
}

inline grows(c) {
  if :: c.n > 0 -> c.old[0] = 1 :: else fi;
  if :: c.n > 1 -> c.old[1] = 1 :: else fi
}

#define waited(c) (c.old[0] || c.old[1])

/* -- the venue */

#define rung(o) (o > 1 && world -> 199 : FULL)
#define met(s) (book[s + 2] && (first[s] == NEW_FIRST || !book[s] || (s == 0 && world)) -> s + 2 : s)
#define meets(s) (book[s + 2] || (book[s] && !(s == 0 && world)))

#define placing(s, m) (orders.kind[m] == PLACES && (orders.what[m] & (4 << s)))

inline forget_first() {          /* which comes first is told by the prices of orders that are sent or rest */
  if :: !book[2] && !placing(0, 0) && !placing(0, 1) -> first[0] = 0 :: else fi;
  if :: !book[3] && !placing(1, 0) && !placing(1, 1) -> first[1] = 0 :: else fi
}

inline execute() {
  rejected = 0; rested = 0; closed = 0;
  for (i : 0 .. 3) {
    if
    :: (what & (1 << i)) && kind == PLACES -> book[i] = rung(i); rested = rested | (1 << i)
    :: (what & (1 << i)) && kind == CANCELS && book[i] -> book[i] = 0; closed = closed | (1 << i)
    :: (what & (1 << i)) && kind == CANCELS && !book[i] -> rejected = rejected | (1 << i)
    :: else
    fi
  };
  if :: rejected -> put(replies, REJECTS, rejected, 0) :: else fi;
  if :: rested -> put(replies, RESTS, rested, 0) :: else fi;
  if :: closed -> put(updates, 0, closed, 0) :: else fi
}

inline fill(o, z) {
  book[o] = book[o] - z;
  net = net + (o % 2 -> -z : z);
  put(fills, 0, o, z)
}

inline cross(side) {             /* self-trade prevention: what the other strategy meets is cancelled */
  at = met(side);
  closed = 1 << at;
  if :: first[side] == ALIKE && book[side] && book[side + 2] -> closed = closed | (4 << side) :: else fi;
  for (i : 0 .. 3) {
    if
    :: (closed & (1 << i)) -> book[i] = 0
    :: else
    fi
  };
  put(updates, 0, closed, 0)
}

/* -- the maker */

inline ends(o) { held[o] = ENDED; got[o] = 0 }

#define skewed(s) (booked == 0 -> ALIKE : ((booked < 0) == (s == 0) -> NEW_FIRST : OLD_FIRST))

inline requote() {
  rejected = 0; rested = 0;      /* here: what is cancelled, what is placed */
  for (s : 0 .. 1) {
    if
    :: held[s] == RESTING && !got[s] && world == 0 && booked == 0
    :: else ->
      if :: held[s] == RESTING -> held[s] = CANCELED; rejected = rejected | (1 << s) :: else fi;
      held[s + 2] = SENT; rested = rested | (4 << s);
      first[s] = (world -> (s == 0 -> NEW_FIRST : OLD_FIRST) : skewed(s))
    fi
  };
  if :: rejected -> put(orders, CANCELS, rejected, 0) :: else fi;
  if :: rested -> put(orders, PLACES, rested, 0) :: else fi;
  age = 0
}

inline told_reply() {
  for (i : 0 .. 3) {
    if
    :: (what & (1 << i)) && kind == REJECTS && held[i] == CANCELED -> ends(i)
    :: (what & (1 << i)) && kind == RESTS && held[i] == SENT -> held[i] = RESTING
    :: else
    fi
  };
  i = 0
}

inline told_update() {
  for (i : 0 .. 3) {
    if
    :: (what & (1 << i)) -> ends(i)
    :: else
    fi
  };
  i = 0
}

inline told_fill() {
  booked = booked + (what % 2 -> -size : size);
  if
  :: held[what] != ENDED ->
    got[what] = got[what] + size;
    if :: got[what] == rung(what) -> ends(what) :: else fi
  :: else
  fi
}

inline told_price() {
  if :: world != 0 || age >= LONG_AGO -> requote() :: else fi
}

/* -- everything that can happen, each followed by what it leads to, for the test to compare state by state */

inline print_channel(c) {
  printf(" %d %d %d %d %d", c.n, c.kind[0], c.what[0], c.size[0], c.old[0]);
  printf(" %d %d %d %d", c.kind[1], c.what[1], c.size[1], c.old[1])
}

inline print_state() {
  printf("S %d %d %d %d %d %d %d %d %d", world, age, price, trade, partial, taker, reorder, lose, twice);
  printf(" %d %d %d %d %d %d %d %d", book[0], book[1], book[2], book[3], held[0], held[1], held[2], held[3]);
  printf(" %d %d %d %d %d %d %d %d", got[0], got[1], got[2], got[3], net, booked, first[0], first[1]);
  print_channel(orders); print_channel(replies); print_channel(updates);
  print_channel(fills); print_channel(again); print_channel(prices);
  printf("\n")
}

#define late (waited(orders) || waited(replies) || waited(updates) || waited(fills) || waited(again) || waited(prices))

active proctype everything() {
  do
  :: d_step { price -> price--; world = 0; put(prices, 0, 0, 0); print_state() }
  :: d_step { price -> price--; world = 1; put(prices, 0, 1, 0); print_state() }

  :: d_step { trade && meets(0) -> trade--; at = met(0); size = book[at]; fill(at, size); forget_first(); print_state() }
  :: d_step { trade && meets(1) -> trade--; at = met(1); size = book[at]; fill(at, size); forget_first(); print_state() }
  :: d_step { partial && meets(0) && book[met(0)] == FULL -> partial--; at = met(0); fill(at, HALF); forget_first(); print_state() }
  :: d_step { partial && meets(1) && book[met(1)] == FULL -> partial--; at = met(1); fill(at, HALF); forget_first(); print_state() }
  :: d_step { taker && meets(0) -> taker--; cross(0); forget_first(); print_state() }
  :: d_step { taker && meets(1) -> taker--; cross(1); forget_first(); print_state() }

  :: d_step { orders.n -> take(orders, 0); execute(); forget_first(); print_state() }
  :: d_step { replies.n -> take(replies, 0); told_reply(); print_state() }
  :: d_step { updates.n -> take(updates, 0); told_update(); print_state() }
  :: d_step { fills.n -> take(fills, 0); told_fill(); print_state() }
  :: d_step { again.n -> take(again, 0); print_state() }      /* told before: ignored */
  :: d_step { prices.n -> take(prices, 0); told_price(); print_state() }

  :: d_step { orders.n > 1 && reorder -> reorder--; take(orders, 1); execute(); forget_first(); print_state() }
  :: d_step { replies.n > 1 && reorder -> reorder--; take(replies, 1); told_reply(); print_state() }
  :: d_step { updates.n > 1 && reorder -> reorder--; take(updates, 1); told_update(); print_state() }
  :: d_step { fills.n > 1 && reorder -> reorder--; take(fills, 1); told_fill(); print_state() }

  :: d_step { fills.n && lose -> lose--; take(fills, 0); print_state() }
  :: d_step { fills.n && twice -> twice--; take(fills, 0); told_fill(); put(again, 0, what, size); print_state() }

  :: d_step { !late ->
       grows(orders); grows(replies); grows(updates); grows(fills); grows(again); grows(prices);
       if :: age < LONG_AGO -> age++ :: else fi; print_state() }
  od
}

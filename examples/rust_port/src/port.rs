//! The wire: one request, one reply (port protocol 1).

use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::calls::{call, Refusal, CALLS};
use crate::config::{lacking, read, Fault};
use crate::json::{object, parse, Json, NULL};
use crate::maker::Life;

type Members = Vec<(&'static str, Json)>;

pub struct Port {
    life: Option<Life>,
}

impl Port {
    pub fn new() -> Port {
        Port { life: None }
    }

    /// Answer one line; false: it was the last.
    pub fn answer(&mut self, line: &[u8]) -> (String, bool) {
        let request = std::str::from_utf8(line).ok().and_then(parse).unwrap_or(Json::Null);
        let mut members = vec![("id", request.get("id").clone())];
        members.extend(self.handle(&request));
        (object(members).written(), request.get("kind").text() != Some("bye"))
    }

    fn handle(&mut self, request: &Json) -> Members {
        match request.get("kind").text() {
            Some("hello") => hello(),
            Some("start") => self.start(request),
            Some("event") => self.event(request),
            Some("events") if self.life.is_some() => {
                let events = request.get("events").list().unwrap_or(&[]);
                let replies = events.iter().map(|event| object(self.event(event))).collect();
                vec![("replies", Json::List(replies))]
            }
            Some("events") => error("not_started", vec![]),
            Some("call") => called(request),
            Some("bye") => vec![],
            _ => error("unknown_kind", vec![]),
        }
    }

    fn start(&mut self, request: &Json) -> Members {
        self.life = None;
        let now = match request.get("now_ms").integer() {
            Some(now) => now,
            None => return error("malformed", vec![("path", Json::from("now_ms"))]),
        };
        let begun = read(request.get("config")).and_then(|config| {
            let faults = lacking(&config);
            if faults.is_empty() {
                Life::begin(config, request, now)
            } else {
                Err(faults)
            }
        });
        match begun {
            Ok(mut life) => {
                let reply = life.reply();
                self.life = Some(life);
                reply
            }
            Err(faults) => refused(&faults),
        }
    }

    /// An event is answered whatever happens: what was decided before a fault goes out (N-6).
    fn event(&mut self, request: &Json) -> Members {
        let life = match &mut self.life {
            Some(life) => life,
            None => return error("not_started", vec![]),
        };
        let (now, event) = (request.get("now_ms").integer(), request.get("event"));
        if catch_unwind(AssertUnwindSafe(|| life.event(now, event))).is_err() {
            life.say("error", "internal_error", None, "a fault in the maker: see stderr", vec![]);
        }
        life.reply()
    }
}

fn hello() -> Members {
    let names = |all: &[&str]| Json::List(all.iter().map(|name| Json::from(*name)).collect());
    vec![
        ("name", Json::from("rust-fixed-ladder")),
        ("version", Json::from("0.1.0")),
        ("features", names(&["cancel_by_cloid", "reconcile"])),
        ("calls", names(&CALLS)),
        ("ignores", names(&["schedule_cancel_rejected"])),
        ("restartable", Json::from(true)),
    ]
}

fn error(code: &str, more: Members) -> Members {
    let mut members = vec![("code", Json::from(code))];
    members.extend(more);
    vec![("error", object(members))]
}

fn refused(faults: &[Fault]) -> Members {
    error("config", vec![("errors", Json::List(faults.iter().map(Fault::told).collect()))])
}

fn called(request: &Json) -> Members {
    let name = request.get("fn").text().unwrap_or("");
    let args = match request.get("args") {
        Json::Object(_) => request.get("args"),
        _ => &NULL,
    };
    match call(name, args) {
        Ok((result, warnings)) => {
            let line = |code: &&str| {
                let members = vec![("level", "warn"), ("code", code), ("text", code)];
                object(members.into_iter().map(|(key, value)| (key, Json::from(value))).collect())
            };
            vec![("result", result), ("log", Json::List(warnings.iter().map(line).collect()))]
        }
        Err(Refusal::Config(faults)) => refused(&faults),
        Err(Refusal::Malformed(path)) => error("malformed", vec![("path", Json::from(path))]),
        Err(Refusal::Unknown) => error("unknown_fn", vec![]),
    }
}

"""The commands, a module each; `register` puts them on the application. Engines are imported when a command runs."""

//! What the library's user gets of a push, as a line of JSON.

use std::fmt::{Display, Write};

pub fn to_json<E: Display>(outcome: &Result<(), E>) -> String {
    match outcome {
        Ok(()) => r#"{"ok":true,"error":""}"#.to_owned(),
        Err(error) => format!(r#"{{"ok":false,"error":"{}"}}"#, escape(&error.to_string())),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            control if control < ' ' => {
                write!(escaped, "\\u{:04x}", control as u32).expect("a String takes every write")
            }
            other => escaped.push(other),
        }
    }
    escaped
}

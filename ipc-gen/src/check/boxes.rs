//! Fields by which a struct contains itself. Their null is `None`, so it cannot mean a default too.

use crate::error::{Problem, Problems};
use crate::model::{Item, Model, Record};

pub(super) fn check(model: &Model, problems: &mut Problems) {
    for file in model.files.iter().filter(|file| file.external.is_none()) {
        items(&format!("{}:", file.name), &file.items, problems);
    }
}

fn items(place: &str, of: &[Item], problems: &mut Problems) {
    for item in of {
        match item {
            Item::Struct(item) => record(&format!("{place}{}", item.name), &item.record, problems),
            Item::Union(item) => record(&format!("{place}{}", item.name), &item.record, problems),
            Item::Module(module) => {
                items(
                    &format!("{place}{}.", module.owner),
                    &module.items,
                    problems,
                );
            }
            Item::Const(_) | Item::Enum(_) | Item::Interface(_) => {}
        }
    }
}

fn record(place: &str, record: &Record, problems: &mut Problems) {
    for field in &record.fields {
        if field.boxed && !field.default.is_zero() {
            let problem = "a default of a field that can hold the struct it is in is not supported";
            problems.push(
                Problem::at(format!("{place}.{}", field.name), problem)
                    .help("leave the default out; null is `None` in Rust"),
            );
        }
    }
}

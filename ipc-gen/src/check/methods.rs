//! What methods say about each other.

use crate::error::{Problem, Problems};
use crate::model::{Interface, Item, Model, Role};

pub(super) fn check(model: &Model, problems: &mut Problems) {
    for file in &model.files {
        items(model, &format!("{}:", file.name), &file.items, problems);
    }
}

fn items(model: &Model, place: &str, here: &[Item], problems: &mut Problems) {
    for item in here {
        match item {
            Item::Interface(item) => {
                let place = format!("{place}{}", item.name);
                handshakes(model, &place, item, problems);
                cancellations(model, &place, item, problems);
            }
            Item::Module(module) => {
                let place = format!("{place}{}.", module.owner);
                items(model, &place, &module.items, problems);
            }
            _ => {}
        }
    }
}

/// An object has one handshake at most.
fn handshakes(model: &Model, place: &str, item: &Interface, problems: &mut Problems) {
    let members = model.members(item).into_iter();
    let declaring: Vec<_> = members
        .filter(|member| member.method.role == Role::Construct)
        .map(|member| member.interface.name.as_str())
        .collect();
    if let [one, other, ..] = declaring.as_slice() {
        let problem = format!("`construct` of both `{one}` and `{other}` would begin a connection");
        problems.push(Problem::at(place, problem).help("declare it in one of them only"));
    }
}

/// What ends a call has to be there, and is called without any thought.
fn cancellations(model: &Model, place: &str, item: &Interface, problems: &mut Problems) {
    for method in &item.methods {
        let Some(name) = &method.cancel_with else {
            continue;
        };
        let place = format!("{place}.{}", method.name);
        let members = model.members(item);
        let canceller = members.iter().find(|member| member.method.name == *name);
        match canceller {
            None => problems.push(
                Problem::at(
                    place,
                    format!(
                        "`cancelWith` names `{name}`, which is no method of `{}`",
                        item.name
                    ),
                )
                .help("name a method of the same interface"),
            ),
            Some(member) if !(member.is_call() && member.method.params.fields.is_empty()) => {
                problems.push(
                    Problem::at(
                        place,
                        format!(
                            "`cancelWith` names `{name}`, which cannot be called without parameters"
                        ),
                    )
                    .help("name a method that takes nothing but a Context"),
                );
            }
            Some(_) => {}
        }
    }
}

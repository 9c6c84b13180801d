//! What methods say about each other.

use crate::error::{Problem, Problems};
use crate::model::{File, Interface, Item, Model, Role};

pub(super) fn check(model: &Model, problems: &mut Problems) {
    for file in &model.files {
        for item in &file.items {
            if let Item::Interface(item) = item {
                handshakes(model, file, item, problems);
                cancellations(model, file, item, problems);
            }
        }
    }
}

/// An object has one handshake at most.
fn handshakes(model: &Model, file: &File, item: &Interface, problems: &mut Problems) {
    let members = model.members(item).into_iter();
    let declaring: Vec<_> = members
        .filter(|member| member.method.role == Role::Construct)
        .map(|member| member.interface.name.as_str())
        .collect();
    if let [one, other, ..] = declaring.as_slice() {
        let problem = format!("`construct` of both `{one}` and `{other}` would begin a connection");
        let place = format!("{}:{}", file.name, item.name);
        problems.push(Problem::at(place, problem).help("declare it in one of them only"));
    }
}

/// What ends a call has to be there, and is called without any thought.
fn cancellations(model: &Model, file: &File, item: &Interface, problems: &mut Problems) {
    for method in &item.methods {
        let Some(name) = &method.cancel_with else {
            continue;
        };
        let place = format!("{}:{}.{}", file.name, item.name, method.name);
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

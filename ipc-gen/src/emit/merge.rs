//! Modules of several sets of schemas, put together into one tree.

use std::collections::BTreeMap;

use super::{Generated, Module};
use crate::error::{Error, Problem, Problems};

impl Generated {
    /// Puts the modules of several sets side by side.
    ///
    /// A module that is the same in two sets is kept once: both have imported the file behind it.
    pub(crate) fn merge(sets: Vec<Self>) -> Result<Self, Error> {
        let mut merged: BTreeMap<Vec<String>, Module> = BTreeMap::new();
        let mut problems = Problems::default();
        for module in sets.into_iter().flat_map(|set| set.modules) {
            match merged.get(&module.path) {
                Some(other) if other.source != module.source => {
                    problems.push(clash(&module, other))
                }
                _ => {
                    merged.insert(module.path.clone(), module);
                }
            }
        }
        for module in merged.values() {
            let folders = (1..module.path.len()).map(|depth| &module.path[..depth]);
            if let Some(other) = folders.filter_map(|folder| merged.get(folder)).next() {
                problems.push(
                    Problem::at(
                        &other.file,
                        format!(
                            "the Rust module `{}` is both this schema and the folder of `{}`",
                            other.path.join("::"),
                            module.file
                        ),
                    )
                    .help("rename the schema or the folder"),
                );
            }
        }
        problems.into_result()?;
        Ok(Self {
            modules: merged.into_values().collect(),
        })
    }
}

fn clash(module: &Module, other: &Module) -> Problem {
    let path = module.path.join("::");
    let problem = if module.file == other.file {
        format!("two sets make different code of the Rust module `{path}`")
    } else {
        format!(
            "the Rust module `{path}` is made by `{}` of another set",
            other.file
        )
    };
    Problem::at(&module.file, problem)
        .help("keep each set in a folder of its own, and set the source prefix to the folder above")
}

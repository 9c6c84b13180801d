//! What is known of the interfaces that are called.

use ipc_runtime::Call;
use ipc_runtime::rt::Object;

use super::from_json::Parameters;
use super::interface::{DynamicMethod, Interfaces};
use super::objects::Numbered;
use super::read::{Returned, results};
use super::schemas::Schemas;
use super::write::fill;

/// A schema, and what the runtime has to know of it. It lasts as long as the process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) schemas: &'static Schemas,
    pub(crate) interfaces: &'static Interfaces,
}

impl Known {
    pub(crate) fn of(schemas: Schemas) -> Self {
        let schemas: &'static Schemas = Box::leak(Box::new(schemas));
        let interfaces = Box::leak(Box::new(Interfaces::of(schemas)));
        Self {
            schemas,
            interfaces,
        }
    }

    /// Prepares a call that brings its results, with objects as numbers, and the one of them that is wanted, if it is not
    /// null.
    pub(crate) fn call(
        self,
        object: &Object,
        method: DynamicMethod<'_>,
        params: &Parameters,
        wanted: Option<String>,
    ) -> Call<(Returned, Option<Object>)> {
        let Self {
            schemas,
            interfaces,
        } = self;
        let declared = method.declared.method;
        let result_struct = declared.results;
        object.call(
            method.runtime,
            |builder| fill(schemas, declared.params, params, builder),
            move |reader| {
                let objects = Numbered::new(schemas);
                let returned = results(schemas, interfaces, result_struct, &objects, reader)?;
                let brought = match (&returned, wanted) {
                    (Returned::Results(results), Some(wanted)) => {
                        results.get(&wanted).and_then(|shown| objects.get(shown))
                    }
                    _ => None,
                };
                Ok((returned, brought))
            },
        )
    }
}

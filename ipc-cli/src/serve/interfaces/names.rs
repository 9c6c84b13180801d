//! What interfaces and methods are called.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToLowerCamelCase as _, ToSnakeCase as _};
use ipc_gen::reflection::Id;
use ipc_json_rpc::rt::Kind;

use crate::dynamic::Schemas;

/// The names of JSON-RPC. They last as long as the process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    schemas: &'static Schemas,
    snake_case: bool,
}

impl Names {
    pub(super) fn new(schemas: &'static Schemas, snake_case: bool) -> Self {
        Self {
            schemas,
            snake_case,
        }
    }

    pub(super) fn kinds(self, interfaces: &BTreeSet<Id>) -> BTreeMap<Id, Kind> {
        let kinds = interfaces.iter().map(|id| (*id, self.kind(*id)));
        kinds.collect()
    }

    fn kind(self, interface: Id) -> Kind {
        let name = self.schemas.name(interface);
        let prefix = match self.snake_case {
            false => name.to_lower_camel_case(),
            true => name.to_snake_case(),
        };
        Kind {
            prefix: prefix.leak(),
            name,
            ids: self.schemas.lineage(interface).leak(),
        }
    }

    /// `blockTemplate_waitNext`, or `block_template_wait_next`.
    pub(super) fn method(self, kind: Kind, name: &str) -> &'static str {
        let prefix = kind.prefix;
        let name = match self.snake_case {
            false => format!("{prefix}_{name}"),
            true => format!("{prefix}_{}", name.to_snake_case()),
        };
        name.leak()
    }
}

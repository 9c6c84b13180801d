//! Which declaration of the new schemas is which one of the old.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Body, Id, Loaded, Node, Schema};

/// A declaration, wherever in its file it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration<'a> {
    pub(super) id: Id,
    pub(super) node: &'a Node,
    /// The file as readers know it.
    file: &'a str,
    /// The name with those of the declarations around it.
    name: &'a str,
}

impl Declaration<'_> {
    /// `file:Outer.Inner`
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.file, self.name)
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.node.body {
            Body::File => "file",
            Body::Struct(_) => "struct",
            Body::Enum(_) => "enum",
            Body::Interface { .. } => "interface",
            Body::Const { .. } => "const",
            Body::Annotation => "annotation",
        }
    }
}

/// One of the two versions.
#[derive(Debug)]
pub(super) struct Version<'a> {
    pub(super) schema: &'a Schema,
    /// In order of the files' names, and in the files' order.
    pub(super) declarations: Vec<Declaration<'a>>,
}

impl<'a> Version<'a> {
    pub(super) fn new(loaded: &'a Loaded) -> Self {
        let mut version = Self {
            schema: &loaded.schema,
            declarations: Vec::new(),
        };
        for file in &loaded.files {
            version.collect(&file.name, file.id);
        }
        version
    }

    fn collect(&mut self, file: &'a str, scope: Id) {
        let Some(node) = self.schema.nodes.get(&scope) else {
            return;
        };
        for child in &node.nested {
            // Annotations are not on the wire.
            let node = self.schema.nodes.get(&child.id);
            if let Some(node) = node.filter(|node| !matches!(node.body, Body::Annotation)) {
                self.declarations.push(Declaration {
                    id: child.id,
                    node,
                    file,
                    name: scoped_name(&node.display_name),
                });
                self.collect(file, child.id);
            }
        }
    }

    /// The body of a declaration, group, or struct of parameters or results.
    pub(super) fn body(&self, id: Id) -> Option<&'a Body> {
        self.schema.nodes.get(&id).map(|node| &node.body)
    }

    /// Whether a struct has a declaration, and is not written in place with a method.
    pub(super) fn is_declared(&self, id: Id) -> bool {
        (self.schema.nodes.get(&id)).is_some_and(|node| node.scope != 0)
    }

    pub(super) fn name(&self, id: Id) -> &'a str {
        let node = self.schema.nodes.get(&id);
        node.map_or("?", |node| scoped_name(&node.display_name))
    }
}

/// What the compiler puts behind the file in a name: `Outer.Inner`.
fn scoped_name(display_name: &str) -> &str {
    display_name
        .rsplit_once(':')
        .map_or(display_name, |(_, name)| name)
}

/// The declarations that both versions have.
#[derive(Debug)]
pub(super) struct Pairs {
    /// From the old ids to the new.
    new: BTreeMap<Id, Id>,
    /// The new ids that stand for old ones.
    taken: BTreeSet<Id>,
}

impl Pairs {
    /// Declarations are the same if they have the same id, or else the same name in the same file.
    pub(super) fn new(old: &Version<'_>, new: &Version<'_>) -> Self {
        let mut pairs = Self {
            new: BTreeMap::new(),
            taken: BTreeSet::new(),
        };
        let ids: BTreeSet<_> = new.declarations.iter().map(|other| other.id).collect();
        for one in &old.declarations {
            if ids.contains(&one.id) {
                pairs.pair(one.id, one.id);
            }
        }
        let mut by_name = BTreeMap::new();
        for other in &new.declarations {
            if !pairs.taken.contains(&other.id) {
                by_name.insert((other.file, other.name), other.id);
            }
        }
        for one in &old.declarations {
            if pairs.new_id(one.id).is_none()
                && let Some(other) = by_name.get(&(one.file, one.name))
            {
                pairs.pair(one.id, *other);
            }
        }
        pairs
    }

    fn pair(&mut self, old: Id, new: Id) {
        self.new.insert(old, new);
        self.taken.insert(new);
    }

    /// The new id of an old declaration that is still there.
    pub(super) fn new_id(&self, old: Id) -> Option<Id> {
        self.new.get(&old).copied()
    }

    pub(super) fn is_added(&self, new: Id) -> bool {
        !self.taken.contains(&new)
    }

    /// Whether two ids mean the same. Declarations outside of the schemas have no other name than their id.
    pub(super) fn same(&self, old: Id, new: Id) -> bool {
        self.new_id(old).unwrap_or(old) == new
    }
}

//! What Cap'n Proto's own schema files declare is generated where something refers to it.

#[path = "methods/support.rs"]
mod support;

use std::process::Command;

use ipc_runtime::{AnyPointer, Exception};
use ipc_tests::standard::capnp::persistent::{Persistent, PersistentProxy};
use ipc_tests::standard::capnp::schema::{Node, Type, node};
use ipc_tests::standard::saved::{Author, Document, DocumentDescribeResults, DocumentProxy, Shelf};

use support::{remote, soon};

struct Essay;

impl Persistent<String, Author> for Essay {
    async fn save(&self, seal_for: Author) -> Result<String, Exception> {
        Ok(format!("essay of {}", seal_for.name))
    }
}

impl Document for Essay {
    async fn describe(&self) -> Result<DocumentDescribeResults, Exception> {
        Ok(DocumentDescribeResults {
            node: Node {
                id: 7,
                which: node::Which::File,
                ..Node::default()
            },
            types: vec![Type::Text, Type::Bool],
        })
    }
}

fn nobody() -> Author {
    Author {
        name: "nobody".to_owned(),
    }
}

#[tokio::test]
async fn objects_implement_standard_interfaces() -> Result<(), Exception> {
    let document: DocumentProxy = remote(Essay).await?;
    let described = soon(document.describe()).await?;
    assert_eq!(described.node.id, 7);
    assert_eq!(described.types, [Type::Text, Type::Bool]);

    let persistent: PersistentProxy<String, Author> = document.as_persistent();
    assert_eq!(soon(persistent.save(nobody())).await?, "essay of nobody");
    let shelf = Shelf {
        document: Some(persistent),
    };
    let copy: Shelf = AnyPointer::new(&shelf)?.get_as()?;
    assert!(copy.document.is_some());
    Ok(())
}

#[test]
fn they_come_from_an_installed_compiler_too() {
    let installed = Command::new("capnp").arg("--version").output();
    if !installed.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no `capnp` command here");
        return;
    }
    let builder = ipc_gen::Builder::new().src_prefix("standard");
    let modules = |builder: &ipc_gen::Builder| {
        let files = builder.generate(&["standard/saved.capnp"]);
        let mut files = files.expect("the schema is fine");
        // It changes with the version of the compiler.
        assert!(files.remove("capnp/schema.rs").is_some());
        files
    };
    let with_installed = modules(&builder.clone().capnp("capnp"));
    assert_eq!(with_installed, modules(&builder));
    assert!(with_installed.contains_key("capnp/persistent.rs"));
}

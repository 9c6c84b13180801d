//! Values that hold what the schema leaves open: objects, any pointer, type parameters.

use ipc_runtime::{AnyPointer, AnyProxy, Exception, ExceptionKind};
use ipc_tests::generics::{self, Chain, Map, Outcome, Pair, Uses, map, outcome, uses};
use ipc_tests::objects::{self, Holder, Named, NamedProxy, Registry, RegistryProxy, Shelf, holder};
use ipc_tests::unions::Point;

/// Answers with what it was asked.
#[derive(Debug)]
struct Mirror;

struct Word(&'static str);

impl Named for Word {
    async fn name(&self) -> Result<String, Exception> {
        Ok(self.0.to_owned())
    }
}

fn word(word: &'static str) -> NamedProxy {
    NamedProxy::new(Word(word))
}

impl Registry for Mirror {
    async fn put(
        &self,
        mut holder: Holder,
        any: AnyPointer,
        capability: AnyProxy,
    ) -> Result<Holder, Exception> {
        holder.capabilities.push(Some(capability));
        holder.any = any;
        Ok(holder)
    }

    async fn all(
        &self,
        named: Vec<Option<NamedProxy>>,
    ) -> Result<objects::RegistryAllResults, Exception> {
        let capability = AnyProxy::new(word("capability"));
        let holders = (named.iter())
            .map(|one| Holder {
                one: one.clone(),
                ..Holder::default()
            })
            .collect();
        Ok(objects::RegistryAllResults {
            holders,
            any: AnyPointer::new(&named)?,
            capability,
        })
    }
}

#[tokio::test]
async fn objects_stand_in_structs_and_lists() -> Result<(), Exception> {
    let holder = Holder {
        one: Some(word("one")),
        many: vec![Some(word("first")), None, Some(word("third"))],
        r#struct: AnyPointer::new(&Point { x: 3, y: 4 })?,
        list: AnyPointer::new(&vec![1_i64, 2])?,
        capability: Some(AnyProxy::new(word("any"))),
        capabilities: vec![None],
        which: holder::Which::Some(Some(word("some"))),
        sure: Some(word("sure")),
        any: AnyPointer::default(),
    };
    let registry = RegistryProxy::new(Mirror);
    let inside = AnyPointer::new(&Shelf {
        holder: holder.clone(),
    })?;
    let back = registry
        .put(holder, inside, AnyProxy::new(word("last")))
        .await?;
    let name = async |proxy: &Option<NamedProxy>| match proxy {
        Some(proxy) => proxy.name().await,
        None => Ok("null".to_owned()),
    };
    assert_eq!(name(&back.one).await?, "one");
    assert_eq!(name(&back.many[0]).await?, "first");
    assert_eq!(name(&back.many[1]).await?, "null");
    assert_eq!(name(&back.many[2]).await?, "third");
    assert_eq!(name(&back.sure).await?, "sure");
    let holder::Which::Some(some) = &back.which else {
        panic!("{back:?}");
    };
    assert_eq!(name(some).await?, "some");
    assert_eq!(back.r#struct.get_as::<Point>()?, Point { x: 3, y: 4 });
    assert_eq!(back.list.get_as::<Vec<i64>>()?, [1, 2]);
    let any = back.capability.as_ref().map(AnyProxy::cast::<NamedProxy>);
    assert_eq!(name(&any).await?, "any");
    assert!(back.capabilities[0].is_none());
    let last = back.capabilities[1].as_ref().map(AnyProxy::cast);
    assert_eq!(name(&last).await?, "last");

    // A message within a message brings its objects along.
    let shelf: Shelf = back.any.get_as()?;
    assert_eq!(name(&shelf.holder.one).await?, "one");
    assert_eq!(name(&shelf.holder.many[2]).await?, "third");

    let all = registry.all([Some(word("a")), None]).await?;
    assert_eq!(name(&all.holders[0].one).await?, "a");
    assert_eq!(name(&all.holders[1].one).await?, "null");
    let named: Vec<Option<NamedProxy>> = all.any.get_as()?;
    assert_eq!(name(&named[0]).await?, "a");
    assert_eq!(name(&Some(all.capability.cast())).await?, "capability");
    Ok(())
}

#[test]
fn open_values_are_told_apart() -> Result<(), Exception> {
    assert!(AnyPointer::default().is_null());
    assert_eq!(AnyPointer::default().get_as::<String>()?, "");
    assert!(AnyPointer::new(&AnyPointer::default())?.is_null());
    assert!(AnyPointer::new(&None::<NamedProxy>)?.is_null());
    let any = AnyPointer::new(&"text".to_owned())?;
    let again = AnyPointer::new(&any)?;
    assert_eq!(again.get_as::<String>()?, "text");
    for error in [
        any.get_as::<Point>().err(),
        any.get_as::<Vec<String>>().err(),
        any.get_as::<Option<NamedProxy>>().err(),
    ] {
        let error = error.expect("text is nothing else");
        assert_eq!(error.kind(), ExceptionKind::Malformed);
    }
    Ok(())
}

impl generics::Store for Mirror {
    async fn swap(
        &self,
        pair: Pair<String, Vec<String>>,
        outcome: Outcome<Vec<u8>>,
    ) -> Result<Pair<Vec<String>, String>, Exception> {
        let second = match outcome {
            Outcome::Error(error) => error,
            other => format!("{other:?}"),
        };
        let mut first = pair.second;
        first.push(pair.first);
        Ok(Pair { first, second })
    }

    async fn uses(&self, uses: Uses) -> Result<Uses, Exception> {
        Ok(uses)
    }
}

#[tokio::test]
async fn generic_structs_hold_what_they_are_bound_to() -> Result<(), Exception> {
    let text = str::to_owned;
    let map = Map {
        entries: vec![map::Entry {
            key: text("key"),
            value: Outcome::Both(outcome::Both {
                left: uses::Point { x: 1 },
                right: uses::Point { x: 2 },
            }),
            siblings: vec![map::Entry::default()],
        }],
        unused: map::Unused { text: text("x") },
    };
    let chain = Chain {
        value: vec![1],
        next: Some(Box::new(Chain {
            value: vec![2],
            next: None,
            count: 0,
        })),
        count: 7,
    };
    let uses = Uses {
        pair: Pair {
            first: text("first"),
            second: vec![2],
        },
        open: Pair {
            first: AnyPointer::new(&text("open"))?,
            second: AnyPointer::default(),
        },
        lists: vec![Pair {
            first: vec![-1],
            second: Pair::default(),
        }],
        map,
        entry: map::Entry::default(),
        chain,
        objects: Outcome::Value(None),
        tree: Some(Box::new(Pair {
            first: Uses::default(),
            second: vec![Uses::default()],
        })),
    };
    let store = generics::StoreProxy::new(Mirror);
    let back = store.uses(uses.clone()).await?;
    assert_eq!((&back.pair, &back.lists), (&uses.pair, &uses.lists));
    assert_eq!((&back.map, &back.chain), (&uses.map, &uses.chain));
    assert_eq!(back.open.first.get_as::<String>()?, "open");
    assert!(back.tree.is_some_and(|tree| tree.second.len() == 1));
    let pair = Pair {
        first: text("a"),
        second: vec![text("b")],
    };
    let swapped = store.swap(pair, Outcome::Error(text("e"))).await?;
    assert_eq!(swapped.first, ["b", "a"]);
    assert_eq!(swapped.second, "e");
    Ok(())
}

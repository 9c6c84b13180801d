//! Types of one's own in the place of the schema's: in messages, in calls, and when they refuse a value.

#[path = "methods/support.rs"]
mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use ipc_runtime::{AnyPointer, Exception, ExceptionKind, PointerValue};
use ipc_tests::custom::{
    self, Coordinates, Fields, Pair, Plain, Store, StoreDescribeResults, StoreProxy, fields,
};
use ipc_tests::custom_types::{Height, Id, Label, Links, Paint, Point};

use support::{remote, soon};

fn id(last: u8) -> Id {
    Id(vec![Id::FIRST, last])
}

fn links(links: &[&str]) -> Links {
    Links(links.iter().map(|link| (*link).to_owned()).collect())
}

fn sample() -> Fields {
    Fields {
        id: id(1),
        digest: *b"abcd",
        label: Label("LABEL".to_owned()),
        timeout: Duration::from_secs(2),
        place: Point(1, -1),
        places: vec![Point(2, -2), Point(0, 0)],
        ids: vec![id(2), id(3)],
        timeouts: vec![Duration::from_millis(4), Duration::ZERO],
        table: vec![vec![id(4)], Vec::new(), vec![id(5), id(6)]],
        route: BTreeMap::from([(1, 10), (2, 20)]),
        nickname: Some(Label("NICK".to_owned())),
        height: Some(Height(9)),
        colour: Paint::Red,
        colours: vec![Paint::Green, Paint::Red],
        pair: Pair {
            a: Coordinates { x: 1, y: 2 },
            b: "b".to_owned(),
        },
        which: fields::Which::Heir(Point(3, 3)),
    }
}

/// Decodes as one type what was encoded as another.
fn read_as<T: PointerValue>(value: &impl PointerValue) -> Result<T, Exception> {
    AnyPointer::new(value)?.get_as()
}

#[track_caller]
fn refused<T: PointerValue>(value: &impl PointerValue, message: &str) {
    let error = read_as::<T>(value).expect_err("the value is none of its type");
    assert_eq!(
        (error.kind(), error.message()),
        (ExceptionKind::Malformed, message)
    );
}

#[test]
fn values_survive_messages() -> Result<(), Exception> {
    assert_eq!(read_as::<Fields>(&sample())?, sample());
    let others = Fields {
        nickname: None,
        height: None,
        which: fields::Which::Owner(id(9)),
        digest: [0; 4],
        ..Fields::default()
    };
    assert_eq!(read_as::<Fields>(&others)?, others);
    Ok(())
}

#[test]
fn messages_hold_what_the_schema_says() -> Result<(), Exception> {
    let plain: Plain = read_as(&sample())?;
    assert_eq!(plain.id, [7, 1]);
    assert_eq!(plain.digest, b"abcd");
    assert_eq!(plain.label, "label");
    assert_eq!(plain.timeout, 2000);
    assert_eq!(plain.ids, [[7, 2], [7, 3]]);
    assert_eq!(plain.timeouts, [4, 0]);
    assert_eq!(
        plain.table,
        [vec![vec![7, 4]], Vec::new(), vec![vec![7, 5], vec![7, 6]]]
    );
    assert_eq!(
        plain.places.get_as::<Vec<Coordinates>>()?,
        [Coordinates { x: 2, y: -2 }, Coordinates::default()]
    );
    Ok(())
}

#[test]
fn the_schemas_defaults_are_converted() {
    let default = Fields::default();
    assert_eq!(default.label, Label("NONE".to_owned()));
    assert_eq!(default.timeout, Duration::from_millis(1500));
    assert_eq!(default.colour, Paint::Green);
    // An empty id is none, so it is the type's own.
    assert_eq!(default.id, Id::default());
    assert_eq!((default.nickname, default.height), (None, None));
}

#[test]
fn what_is_absent_reads_as_the_schemas_default() -> Result<(), Exception> {
    let absent = Plain {
        id: vec![7],
        digest: vec![0; 4],
        ..Plain::default()
    };
    let fields: Fields = read_as(&absent)?;
    assert_eq!(fields.label, Label("NONE".to_owned()));
    assert_eq!(fields.timeout, Duration::from_millis(1500));
    assert_eq!(fields.route, BTreeMap::new());
    assert_eq!(fields.place, Point(0, 0));
    Ok(())
}

#[test]
fn a_refused_value_is_named() {
    let plain = || Plain {
        id: vec![7],
        digest: vec![0; 4],
        ..Plain::default()
    };
    refused::<Fields>(
        &Plain {
            id: vec![8],
            ..plain()
        },
        "id: an id begins with 7, not Some(8)",
    );
    refused::<Fields>(&Plain::default(), "id: an id begins with 7, not None");
    refused::<Fields>(
        &Plain {
            digest: vec![1; 5],
            ..plain()
        },
        "digest: there are 5 bytes instead of 4",
    );
    refused::<Fields>(
        &Plain {
            ids: vec![vec![7], vec![1]],
            ..plain()
        },
        "ids: element 1: an id begins with 7, not Some(1)",
    );
    refused::<Fields>(
        &Plain {
            table: vec![Vec::new(), vec![vec![7], vec![]]],
            ..plain()
        },
        "table: element 1: element 1: an id begins with 7, not None",
    );
}

#[test]
fn a_type_that_contains_itself_can_be_overridden() -> Result<(), Exception> {
    let chain = custom::Chain {
        link: "one".to_owned(),
        next: Some(Box::new(links(&["two", "three"]))),
    };
    assert_eq!(read_as::<custom::Chain>(&chain)?, chain);
    Ok(())
}

#[test]
fn constants_keep_the_schemas_types() {
    assert_eq!(custom::origin(), Coordinates { x: 1, y: 2 });
    let fields = custom::fields();
    assert_eq!(fields.label, Label("SOME".to_owned()));
    assert_eq!(fields.place, Point(3, 0));
    assert_eq!(fields.timeouts, [1, 2].map(Duration::from_millis));
}

/// Answers with what it was asked.
struct Mirror;

impl Store for Mirror {
    async fn put(
        &self,
        id: Id,
        places: Vec<Point>,
        fields: Fields,
        wait: Duration,
        ids: Vec<Id>,
    ) -> Result<Point, Exception> {
        assert_eq!((id, &ids), (fields.id, &fields.ids));
        assert_eq!(wait, fields.timeout);
        places
            .first()
            .copied()
            .ok_or_else(|| Exception::failed("no place"))
    }

    async fn describe(
        &self,
        height: Height,
        colour: Paint,
    ) -> Result<StoreDescribeResults, Exception> {
        Ok(StoreDescribeResults {
            label: Label(format!("{height:?} {colour:?}")),
            chain: links(&["a", "b"]),
            nickname: (colour == Paint::Red).then(Label::default),
        })
    }

    async fn lost(&self, value: String) -> Result<Fields, Exception> {
        Ok(Fields {
            id: Id(value.into_bytes()),
            ..sample()
        })
    }
}

#[tokio::test]
async fn calls_take_and_return_them() -> Result<(), Exception> {
    for store in [StoreProxy::new(Mirror), remote(Mirror).await?] {
        let (fields, places) = (sample(), [Point(5, 6)]);
        let ids = fields.ids.clone();
        let put = store.put(id(1), places, fields, Duration::from_secs(2), ids);
        assert_eq!(soon(put).await?, Point(5, 6));

        let described = soon(store.describe(Height(3), Paint::Red)).await?;
        assert_eq!(described.label, Label("HEIGHT(3) RED".to_owned()));
        assert_eq!(described.chain, links(&["a", "b"]));
        assert_eq!(described.nickname, Some(Label::default()));
        let described = soon(store.describe(Height(3), Paint::Green)).await?;
        assert_eq!(described.nickname, None);
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_result_fails_the_call() -> Result<(), Exception> {
    let store: StoreProxy = remote(Mirror).await?;
    let error = soon(store.lost("odd")).await.expect_err("it is no id");
    assert_eq!(
        error.to_string(),
        "Store.lost: fields: id: an id begins with 7, not Some(111)"
    );
    // The connection is as good as before.
    assert!(soon(store.lost("\u{7}")).await.is_ok());
    Ok(())
}

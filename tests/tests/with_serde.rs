//! Generated types in JSON.

use std::fmt::Debug;

use ipc_tests::for_serde::aliases::{GoodEnum, GoodName, good_name};
use ipc_tests::for_serde::defaults::Everything;
use ipc_tests::for_serde::generics::Pair;
use ipc_tests::for_serde::recursive::Expression;
use ipc_tests::for_serde::unions::{Point, Setting, Shape, shape};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[track_caller]
fn is<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    let written = serde_json::to_string(value).expect("it can be written");
    assert_eq!(written, json);
    let read: T = serde_json::from_str(json).expect("it can be read");
    assert_eq!(read, *value);
}

#[test]
fn names_are_the_schemas() {
    let value = GoodName {
        good_field: 1,
        good_group: good_name::GoodGroup { x: GoodEnum::Good },
        good_union: good_name::GoodUnion::B("text".to_owned()),
    };
    is(
        &value,
        r#"{"badField":1,"badGroup":{"x":"good"},"badUnion":{"a":"text"}}"#,
    );
}

#[test]
fn members_of_unions_stand_beside_fields() {
    let shape = Shape {
        label: "l".to_owned(),
        which: true,
        which_member: shape::Which::Origin(Point { x: 1, y: -1 }),
    };
    is(
        &shape,
        r#"{"label":"l","which":true,"origin":{"x":1,"y":-1}}"#,
    );
    is(&Setting::Unset, r#""unset""#);
    is(&Setting::Text("t".to_owned()), r#"{"text":"t"}"#);
    is(
        &Expression::Negated(Some(Box::new(Expression::Number(1.5)))),
        r#"{"negated":{"number":1.5}}"#,
    );
}

#[test]
fn generic_values_are_what_they_hold() {
    let pair = Pair {
        first: vec![1_u8],
        second: "s".to_owned(),
    };
    is(&pair, r#"{"first":[1],"second":"s"}"#);
}

#[test]
fn missing_fields_have_the_schemas_defaults() {
    let everything: Everything =
        serde_json::from_str(r#"{"text":"other"}"#).expect("it can be read");
    let expected = Everything {
        text: "other".to_owned(),
        ..Everything::default()
    };
    assert_eq!(everything, expected);
}

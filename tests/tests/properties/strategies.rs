//! Any value of the fixtures' types.

use std::time::Duration;

use ipc_tests::custom::{self, Coordinates, Pair};
use ipc_tests::custom_types::{Height, Id, Label, Paint, Point as Place};
use ipc_tests::defaults::everything::Inner;
use ipc_tests::defaults::{Choice, Everything, Level, choice};
use ipc_tests::generics::map::{Entry as MapEntry, Unused};
use ipc_tests::generics::uses::Point as UsesPoint;
use ipc_tests::generics::{self, Chain, Map, Outcome, outcome};
use ipc_tests::inner::{Outer, outer};
use ipc_tests::lists::{All, Color, Item};
use ipc_tests::optional::{Entry, Parent};
use ipc_tests::recursive::{Expression, Node, expression};
use ipc_tests::r#type::Kind;
use ipc_tests::unions::{Account, Point, Setting, Shape, account, shape};
use ipc_tests::values::{Lists, Network, Numbers};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

/// Text of any characters, a NUL among them.
fn text() -> impl Strategy<Value = String> {
    any::<Vec<char>>().prop_map(|letters| letters.into_iter().take(12).collect())
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..20)
}

/// Every number but NaN, which is not equal to itself.
fn float64() -> impl Strategy<Value = f64> {
    proptest::num::f64::NORMAL
        | proptest::num::f64::INFINITE
        | proptest::num::f64::SUBNORMAL
        | proptest::num::f64::ZERO
}

fn float32() -> impl Strategy<Value = f32> {
    proptest::num::f32::NORMAL
        | proptest::num::f32::INFINITE
        | proptest::num::f32::SUBNORMAL
        | proptest::num::f32::ZERO
}

fn network() -> impl Strategy<Value = Network> {
    any::<u16>().prop_map(Network::from_number)
}

pub(crate) fn numbers() -> impl Strategy<Value = Numbers> {
    let integers = any::<(bool, i8, i16, i32, i64, u8, u16, u32, u64)>();
    let floats = (float32(), float64(), float64());
    let enums = (network(), network(), of(network()));
    (integers, floats, enums).prop_map(|(integers, floats, (network, plain, hint))| Numbers {
        flag: integers.0,
        int8: integers.1,
        int16: integers.2,
        int32: integers.3,
        int64: integers.4,
        u_int8: integers.5,
        u_int16: integers.6,
        u_int32: integers.7,
        u_int64: integers.8,
        float32: floats.0,
        float64: floats.1,
        endless: floats.2,
        network,
        plain,
        hint,
    })
}

pub(crate) fn lists() -> impl Strategy<Value = Lists> {
    let leaf = (
        any::<Vec<bool>>(),
        any::<Vec<i32>>(),
        vec(float64(), 0..9),
        vec(text(), 0..5),
        vec(data(), 0..5),
        vec(vec(any::<i64>(), 0..4), 0..4),
    )
        .prop_map(|(bools, ints, floats, texts, datas, matrix)| Lists {
            bools,
            ints,
            floats,
            texts,
            datas,
            matrix,
            tree: Vec::new(),
        });
    leaf.prop_recursive(3, 12, 3, |inner| {
        vec(inner, 0..3).prop_map(|tree| Lists {
            tree,
            ..Lists::default()
        })
    })
}

fn item() -> impl Strategy<Value = Item> {
    (any::<u32>(), text()).prop_map(|(number, text)| Item { number, text })
}

pub(crate) fn all() -> impl Strategy<Value = All> {
    let color = || any::<u16>().prop_map(Color::from_number);
    (
        (data(), vec(data(), 0..4), vec(color(), 0..9), 0_usize..9),
        (vec(vec(color(), 0..3), 0..3), any::<Vec<u16>>()),
        of(Just(())),
        vec(vec(item(), 0..3), 0..3),
    )
        .prop_map(
            |((bytes, blobs, colors, voids), (palettes, words), nothing, structs)| All {
                bytes,
                blobs,
                colors,
                voids: vec![(); voids],
                palettes,
                words,
                nothing,
                structs,
            },
        )
}

fn point() -> impl Strategy<Value = Point> {
    any::<(i32, i32)>().prop_map(|(x, y)| Point { x, y })
}

pub(crate) fn shape() -> impl Strategy<Value = Shape> {
    let member = prop_oneof![
        float64().prop_map(shape::Which::Circle),
        Just(shape::Which::Nothing),
        (float64(), float64()).prop_map(|(width, height)| shape::Which::Rectangle(
            shape::Rectangle { width, height }
        )),
        vec(point(), 0..5).prop_map(shape::Which::Polygon),
        point().prop_map(shape::Which::Origin),
        // What the schema does not name.
        (6_u16..).prop_map(shape::Which::Unknown),
    ];
    let leaf = (text(), any::<bool>(), member).prop_map(|(label, which, which_member)| Shape {
        label,
        which,
        which_member,
    });
    leaf.prop_recursive(4, 8, 1, |inner| {
        of(inner).prop_map(|inner| Shape {
            which_member: shape::Which::Other(inner.map(Box::new)),
            ..Shape::default()
        })
    })
}

pub(crate) fn setting() -> impl Strategy<Value = Setting> {
    prop_oneof![
        Just(Setting::Unset),
        any::<bool>().prop_map(Setting::Flag),
        text().prop_map(Setting::Text),
        point().prop_map(Setting::Unknown),
        (4_u16..).prop_map(Setting::Unknown_),
    ]
}

pub(crate) fn account() -> impl Strategy<Value = Account> {
    use account::balance::{Frozen, frozen};
    let by = prop_oneof![text().prop_map(frozen::By::Court), Just(frozen::By::Bank)];
    let balance = prop_oneof![
        any::<i64>().prop_map(account::Balance::Open),
        Just(account::Balance::Closed),
        (text(), by).prop_map(|(reason, by)| account::Balance::Frozen(Frozen { reason, by })),
    ];
    let limit = prop_oneof![
        Just(account::limits::Which::Soft),
        any::<u8>().prop_map(account::limits::Which::Hard),
    ];
    (text(), of(text()), balance, any::<u32>(), limit).prop_map(
        |(name, mail, balance, daily, which)| Account {
            owner: account::Owner { name, mail },
            balance,
            limits: account::Limits { daily, which },
        },
    )
}

pub(crate) fn node() -> impl Strategy<Value = Node> {
    let leaf = any::<i64>().prop_map(|number| Node {
        number,
        ..Node::default()
    });
    leaf.prop_recursive(5, 20, 3, |inner| {
        (any::<i64>(), of(inner.clone()), vec(inner, 0..3)).prop_map(|(number, next, children)| {
            Node {
                number,
                next: next.map(Box::new),
                children,
            }
        })
    })
}

pub(crate) fn expression() -> impl Strategy<Value = Expression> {
    let leaf = float64().prop_map(Expression::Number);
    leaf.prop_recursive(5, 20, 2, |inner| {
        let side = of(inner.clone()).prop_map(|inner| inner.map(Box::new));
        let other = of(inner).prop_map(|inner| inner.map(Box::new));
        prop_oneof![
            side.clone().prop_map(Expression::Negated),
            (side, other)
                .prop_map(|(left, right)| Expression::Sum(expression::Sum { left, right })),
        ]
    })
}

/// What can be compared of `generics.capnp`: with objects and open types left out.
pub(crate) type Generic = generics::Pair<
    generics::Pair<Vec<i32>, generics::Pair<String, String>>,
    generics::Pair<Map<String, Outcome<UsesPoint>>, Chain<Vec<u8>>>,
>;

pub(crate) fn uses() -> impl Strategy<Value = Generic> {
    let point = || any::<i32>().prop_map(|x| UsesPoint { x });
    let outcome = prop_oneof![
        point().prop_map(Outcome::Value),
        text().prop_map(Outcome::Error),
        (point(), point()).prop_map(|(left, right)| Outcome::Both(outcome::Both { left, right })),
    ];
    let entries = vec(
        (text(), outcome).prop_map(|(key, value)| MapEntry {
            key,
            value,
            siblings: Vec::new(),
        }),
        0..4,
    );
    let map = (entries, text()).prop_map(|(entries, text)| Map {
        entries,
        unused: Unused { text },
    });
    let link = |(value, count): (Vec<u8>, u32)| Chain {
        value,
        next: None,
        count,
    };
    let chain = (data(), any::<u32>())
        .prop_map(link)
        .prop_recursive(3, 3, 1, |inner| {
            (data(), inner).prop_map(|(value, next)| Chain {
                value,
                next: Some(Box::new(next)),
                count: 3,
            })
        });
    let first =
        (any::<Vec<i32>>(), text(), text()).prop_map(|(first, one, other)| generics::Pair {
            first,
            second: generics::Pair {
                first: one,
                second: other,
            },
        });
    (first, map, chain).prop_map(|(first, map, chain)| generics::Pair {
        first,
        second: generics::Pair {
            first: map,
            second: chain,
        },
    })
}

pub(crate) fn everything() -> impl Strategy<Value = Everything> {
    let point = || any::<(i32, i32)>().prop_map(|(x, y)| ipc_tests::defaults::Point { x, y });
    let level = || any::<u16>().prop_map(Level::from_number);
    let which = prop_oneof![
        Just(choice::Which::None),
        any::<i32>().prop_map(choice::Which::Number),
        text().prop_map(choice::Which::Text),
    ];
    let choice =
        (of(any::<bool>()), which).prop_map(|(optional, which)| Choice { optional, which });
    let texts = (text(), vec(text(), 0..4), text(), of(text()), text());
    let bytes = (data(), data());
    let numbers = (any::<Vec<i32>>(), any::<Vec<i32>>());
    let structs = (point(), vec(point(), 0..4), choice);
    let others = (vec(level(), 0..4), vec(vec(float32(), 0..3), 0..3), level());
    (texts, bytes, numbers, structs, others).prop_map(|(texts, bytes, numbers, structs, others)| {
        Everything {
            text: texts.0,
            data: bytes.0,
            numbers: numbers.0,
            texts: texts.1,
            bytes: bytes.1,
            point: structs.0,
            points: structs.1,
            levels: others.0,
            matrix: others.1,
            choice: structs.2,
            inner: Inner { text: texts.2 },
            maybe: texts.3,
            plain: texts.4,
            empty: numbers.1,
            level: others.2,
        }
    })
}

pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    let parent = text().prop_map(|key| Parent { key });
    (text(), of(data()), of(float64()), of(parent), any::<bool>()).prop_map(
        |(key, value, weight, parent, has_nothing)| Entry {
            key,
            value,
            weight,
            parent,
            has_nothing,
        },
    )
}

pub(crate) fn outer() -> impl Strategy<Value = Outer> {
    let kind = || any::<u16>().prop_map(outer::inner::Kind::from_number);
    let leaf =
        (kind(), kind(), text(), any::<u16>()).prop_map(|(inner, kind, result, other)| Outer {
            inner: outer::Inner {
                kind: inner,
                siblings: Vec::new(),
            },
            kind,
            r#type: outer::Type { result },
            other: Kind::from_number(other),
        });
    leaf.prop_recursive(3, 12, 3, |inner| {
        vec(inner, 0..3).prop_map(|siblings| Outer {
            inner: outer::Inner {
                siblings,
                ..outer::Inner::default()
            },
            ..Outer::default()
        })
    })
}

pub(crate) fn custom() -> impl Strategy<Value = custom::Fields> {
    let id = || {
        data().prop_map(|mut bytes| {
            bytes.insert(0, Id::FIRST);
            Id(bytes)
        })
    };
    let label = || "[A-Z ]{0,8}".prop_map(Label);
    let place = || any::<(i32, i32)>().prop_map(|(x, y)| Place(x, y));
    let duration = || any::<u64>().prop_map(Duration::from_millis);
    let paint = || any::<bool>().prop_map(|red| if red { Paint::Red } else { Paint::Green });
    let pair = (any::<(i32, i32)>(), text()).prop_map(|((x, y), b)| Pair {
        a: Coordinates { x, y },
        b,
    });
    let which = prop_oneof![
        Just(custom::fields::Which::Nobody),
        id().prop_map(custom::fields::Which::Owner),
        place().prop_map(custom::fields::Which::Heir),
    ];
    let route = proptest::collection::btree_map(any::<i32>(), any::<i32>(), 0..5);
    (
        (id(), any::<[u8; 4]>(), label(), duration(), place()),
        (vec(place(), 0..4), vec(id(), 0..4), vec(duration(), 0..4)),
        (vec(vec(id(), 0..3), 0..3), route, of(label())),
        of((0..=i32::MAX.unsigned_abs()).prop_map(Height)),
        (paint(), vec(paint(), 0..4), pair, which),
    )
        .prop_map(|(one, lists, others, height, rest)| custom::Fields {
            id: one.0,
            digest: one.1,
            label: one.2,
            timeout: one.3,
            place: one.4,
            places: lists.0,
            ids: lists.1,
            timeouts: lists.2,
            table: others.0,
            route: others.1,
            nickname: others.2,
            height,
            colour: rest.0,
            colours: rest.1,
            pair: rest.2,
            which: rest.3,
        })
}

//! Every kind of type: values go through real messages, calls included, and come back.

use ipc_runtime::{AnyPointer, Exception, PointerValue};
use ipc_tests::defaults::{self, Choice, Everything, Level, everything};
use ipc_tests::inner::{self, outer};
use ipc_tests::lists::{All, Color, Item, Lists, ListsProxy, ListsVoidsResults};
use ipc_tests::recursive::{self, Calculator, CalculatorProxy, Even, Expression, Node, Odd};
use ipc_tests::unions::{
    self, Account, Drawer, DrawerProxy, Point, Setting, Shape, account, shape,
};
use ipc_tests::values::Empty;

/// Encodes a value and decodes it again.
fn through<T: PointerValue>(value: &T) -> Result<T, Exception> {
    AnyPointer::new(value)?.get_as()
}

#[track_caller]
fn survives<T: PointerValue + PartialEq>(value: T) {
    assert_eq!(through(&value).expect("it can be read"), value);
}

/// Answers with what it was asked.
#[derive(Debug)]
struct Mirror;

impl Drawer for Mirror {
    async fn draw(&self, shape: Shape, setting: Setting) -> Result<Account, Exception> {
        let reason = format!("{shape:?} {setting:?}");
        let by = account::balance::frozen::By::Bank;
        Ok(Account {
            balance: account::Balance::Frozen(account::balance::Frozen { reason, by }),
            ..Account::default()
        })
    }

    async fn by_name(
        &self,
        label: String,
        _which: bool,
        which_member: shape::Which,
    ) -> Result<Setting, Exception> {
        Ok(match which_member {
            shape::Which::Origin(point) => Setting::Unknown(unions::Point {
                x: point.y,
                ..point
            }),
            shape::Which::Nothing => Setting::Text(label),
            _ => Setting::Unknown_(77),
        })
    }
}

#[test]
fn unions_keep_the_member() {
    survives(Shape::default());
    for which_member in [
        shape::Which::Circle(0.5),
        shape::Which::Nothing,
        shape::Which::Rectangle(shape::Rectangle {
            width: 0.0,
            height: 2.0,
        }),
        shape::Which::Polygon(vec![Point { x: 1, y: 2 }, Point::default()]),
        shape::Which::Other(None),
        shape::Which::Other(Some(Box::new(Shape {
            which: true,
            ..Shape::default()
        }))),
        shape::Which::Origin(Point { x: -1, y: 1 }),
        shape::Which::Unknown(9),
    ] {
        survives(Shape {
            label: "shape".to_owned(),
            which: false,
            which_member,
        });
    }
    for setting in [
        Setting::Unset,
        Setting::Flag(false),
        Setting::Text(String::new()),
        Setting::Unknown(Point::default()),
        Setting::Unknown_(65_535),
    ] {
        survives(vec![setting.clone(), Setting::Unset]);
        survives(setting);
    }
}

#[test]
fn unions_begin_with_their_first_member() {
    assert_eq!(Shape::default().which_member, shape::Which::Circle(0.0));
    assert_eq!(Setting::default(), Setting::Unset);
    assert_eq!(account::Balance::default(), account::Balance::Open(7));
    assert_eq!(shape::Rectangle::default().width, 1.0);
    let limits = account::Limits::default();
    assert_eq!(
        (limits.daily, limits.which),
        (100, account::limits::Which::Soft)
    );
}

#[test]
fn groups_stand_in_the_struct_around_them() {
    use account::balance::frozen::By;

    for by in [By::Court("court".to_owned()), By::Bank, By::Unknown(2)] {
        survives(Account {
            owner: account::Owner {
                name: "name".to_owned(),
                mail: Some("mail".to_owned()),
            },
            balance: account::Balance::Frozen(account::balance::Frozen {
                reason: "reason".to_owned(),
                by,
            }),
            limits: account::Limits {
                daily: 0,
                which: account::limits::Which::Hard(255),
            },
        });
    }
}

#[tokio::test]
async fn unions_are_parameters_and_results() -> Result<(), Exception> {
    let drawer = DrawerProxy::new(Mirror);
    let account = drawer.draw(Shape::default(), Setting::Flag(true)).await?;
    let account::Balance::Frozen(frozen) = account.balance else {
        panic!("{account:?}");
    };
    assert!(frozen.reason.ends_with("Flag(true)"));
    let origin = shape::Which::Origin(Point { x: 1, y: 2 });
    let setting = drawer.by_name("", false, origin).await?;
    assert_eq!(setting, Setting::Unknown(Point { x: 2, y: 2 }));
    let setting = drawer.by_name("b", true, shape::Which::Nothing).await?;
    assert_eq!(setting, Setting::Text("b".to_owned()));
    let setting = drawer.by_name("b", true, shape::Which::Unknown(8)).await?;
    assert_eq!(setting, Setting::Unknown_(77));
    Ok(())
}

#[test]
fn what_is_inside_has_modules() {
    assert_eq!(outer::LIMIT, 21);
    survives(inner::Outer {
        inner: outer::Inner {
            kind: outer::inner::Kind::Large,
            siblings: vec![inner::Outer::default()],
        },
        ..inner::Outer::default()
    });
    let watched = inner::inner::Watched {
        rt: inner::inner::watched::Rt { u8: 8 },
    };
    survives(watched);
    let event = outer::watcher::Event {
        code: outer::watcher::event::Code::Some,
    };
    survives(event);
}

impl Lists for Mirror {
    async fn all(
        &self,
        all: All,
        colors: Vec<Color>,
        bytes: Vec<u8>,
    ) -> Result<ipc_tests::lists::ListsAllResults, Exception> {
        let other = All {
            colors,
            bytes,
            ..All::default()
        };
        Ok(ipc_tests::lists::ListsAllResults {
            result: vec![all, other],
            count: 2,
        })
    }

    async fn nothing(&self, (): ()) -> Result<(), Exception> {
        Ok(())
    }

    async fn voids(&self, (): (), (): ()) -> Result<ListsVoidsResults, Exception> {
        Ok(ListsVoidsResults { c: (), d: () })
    }
}

#[tokio::test]
async fn lists_hold_everything() -> Result<(), Exception> {
    let item = |number| Item {
        number,
        text: number.to_string(),
    };
    let all = All {
        bytes: vec![0, 255],
        blobs: vec![vec![1], Vec::new(), vec![2, 3]],
        colors: vec![Color::Green, Color::Unknown(500), Color::Red],
        voids: vec![(); 3],
        palettes: vec![vec![Color::Green], Vec::new()],
        words: vec![0, u16::MAX],
        nothing: Some(()),
        structs: vec![vec![item(1), item(2)], Vec::new(), vec![item(3)]],
    };
    survives(all.clone());
    survives(All::default());
    survives(vec![all.clone(), All::default()]);

    let lists = ListsProxy::new(Mirror);
    let answer = lists.all(all.clone(), [Color::Green], [7]).await?;
    assert_eq!(answer.result[0], all);
    assert_eq!(
        (&answer.result[1].colors, &answer.result[1].bytes),
        (&vec![Color::Green], &vec![7])
    );
    lists.nothing(()).await?;
    let ListsVoidsResults { c: (), d: () } = lists.voids((), ()).await?;
    Ok(())
}

#[test]
fn lists_of_numbers_grow_into_lists_of_structs() -> Result<(), Exception> {
    let any = AnyPointer::new(&vec![5_u32, 6])?;
    let items: Vec<Item> = any.get_as()?;
    assert_eq!((items[0].number, items[1].number), (5, 6));
    assert_eq!(items[0].text, "");

    // The other way around, a list of structs is one of their first fields.
    let any = AnyPointer::new(&items)?;
    assert_eq!(any.get_as::<Vec<u32>>()?, [5, 6]);
    assert_eq!(any.get_as::<Vec<u8>>()?, [5, 6]);
    let error = any.get_as::<Vec<u64>>();
    assert!(error.is_ok(), "{error:?}");
    Ok(())
}

impl Calculator for Mirror {
    async fn evaluate(&self, expression: Expression) -> Result<f64, Exception> {
        fn value(expression: Option<Box<Expression>>) -> f64 {
            match expression.map(|expression| *expression) {
                None => 0.0,
                Some(Expression::Number(number)) => number,
                Some(Expression::Negated(inner)) => -value(inner),
                Some(Expression::Sum(sum)) => value(sum.left) + value(sum.right),
                Some(Expression::Unknown(_)) => f64::NAN,
            }
        }
        Ok(value(Some(Box::new(expression))))
    }

    async fn node(&self, node: Node) -> Result<Node, Exception> {
        Ok(node)
    }
}

fn nested(levels: usize) -> Node {
    (1..levels).fold(Node::default(), |node, number| Node {
        number: number as i64,
        next: Some(Box::new(node)),
        children: Vec::new(),
    })
}

#[tokio::test]
async fn structs_contain_themselves() -> Result<(), Exception> {
    survives(Node {
        number: 1,
        next: Some(Box::new(Node::default())),
        children: vec![nested(3), Node::default()],
    });
    survives(Even {
        odd: Some(Box::new(Odd {
            even: Some(Box::new(Even::default())),
        })),
        tail: nested(2),
    });
    let number = |number| Some(Box::new(Expression::Number(number)));
    let sum = recursive::expression::Sum {
        left: Some(Box::new(Expression::Negated(number(1.0)))),
        right: number(3.0),
    };
    let expression = Expression::Sum(sum);
    survives(expression.clone());
    let calculator = CalculatorProxy::new(Mirror);
    assert_eq!(calculator.evaluate(expression).await?, 2.0);
    Ok(())
}

#[tokio::test]
async fn depth_is_bounded() -> Result<(), Exception> {
    let calculator = CalculatorProxy::new(Mirror);
    let deep = nested(60);
    assert_eq!(calculator.node(deep.clone()).await?, deep);
    let error = calculator.node(nested(70)).await.err();
    let error = error.expect("that is too deep");
    assert!(error.message().contains("64 levels"), "{error}");

    // What is read is bounded too, also where a message was put together from smaller ones.
    let wrapped = (0..3).try_fold(AnyPointer::new(&nested(40))?, |inner, _| {
        AnyPointer::new(&vec![inner])
    })?;
    let inner: Vec<Vec<Vec<AnyPointer>>> = wrapped.get_as()?;
    assert_eq!(inner[0][0][0].get_as::<Node>()?, nested(40));
    let error = wrapped.get_as::<Vec<Vec<Vec<Vec<Node>>>>>().err();
    assert!(error.is_some());
    Ok(())
}

impl defaults::Holder for Mirror {
    async fn hold(
        &self,
        everything: Everything,
        text: String,
        points: Vec<defaults::Point>,
    ) -> Result<Everything, Exception> {
        Ok(Everything {
            text,
            points,
            ..everything
        })
    }
}

#[tokio::test]
async fn defaults_are_what_null_means() -> Result<(), Exception> {
    let empty = AnyPointer::new(&Empty::default())?;
    let everything: Everything = empty.get_as()?;
    assert_eq!(everything, Everything::default());
    assert_eq!(everything.text, "te\"xt");
    assert_eq!(everything.data, [0, 255]);
    assert_eq!(everything.numbers, [1, -2, 3]);
    assert_eq!(everything.texts, ["a", "b"]);
    assert_eq!(everything.bytes, [1, 2]);
    assert_eq!(everything.point, defaults::Point { x: 1, y: 2 });
    assert_eq!(everything.levels, [Level::High, Level::Low]);
    assert_eq!(everything.matrix, [vec![0.5, f32::INFINITY], Vec::new()]);
    assert_eq!(everything.inner.text, "inner");
    assert_eq!(everything.maybe, None);

    // What was set stays, also to nothing.
    let cleared = Everything {
        text: String::new(),
        data: Vec::new(),
        numbers: Vec::new(),
        texts: Vec::new(),
        bytes: Vec::new(),
        point: defaults::Point { x: 0, y: 0 },
        points: Vec::new(),
        levels: Vec::new(),
        matrix: Vec::new(),
        choice: Choice::default(),
        inner: everything::Inner::default(),
        maybe: Some(String::new()),
        plain: String::new(),
        empty: Vec::new(),
        level: Level::Low,
    };
    survives(cleared.clone());
    let holder = defaults::HolderProxy::new(Mirror);
    let back = holder.hold(cleared.clone(), "", []).await?;
    assert_eq!(back, cleared);
    Ok(())
}

#[test]
fn constants_can_be_lists_and_structs() {
    assert_eq!(defaults::LEVEL, Level::High);
    let () = defaults::NOTHING;
    assert_eq!(defaults::BYTES, [255, 0]);
    assert_eq!(defaults::primes(), [2, 3, 5]);
    assert_eq!(defaults::names(), ["one", "two"]);
    assert_eq!(defaults::origin(), defaults::Point { x: 7, y: 0 });
    let corners = [defaults::Point { x: 1, y: 2 }, defaults::origin()];
    assert_eq!(defaults::corners(), corners);
    let everything = defaults::everything();
    assert_eq!(everything.text, "other");
    assert_eq!(everything.data, [0, 255]);
    assert_eq!(everything.point, defaults::Point { x: 0, y: 9 });
    assert_eq!(everything.maybe.as_deref(), Some("maybe"));
    assert_eq!(everything.inner.text, "i");
    let choice = Choice {
        optional: Some(true),
        which: defaults::choice::Which::Text("t".to_owned()),
    };
    assert_eq!(everything.choice, choice);
}

#[test]
fn names_can_be_chosen_for_rust() {
    use ipc_tests::aliases::{GoodEnum, GoodName, good_name};

    survives(GoodName {
        good_field: 1,
        good_group: good_name::GoodGroup { x: GoodEnum::Good },
        good_union: good_name::GoodUnion::B("a".to_owned()),
    });
}

//! Interfaces with type parameters.

use std::sync::{Arc, Mutex, PoisonError};

use ipc_runtime::rt::PointerValue;
use ipc_runtime::{AnyPointer, Exception};
use ipc_tests::generic_interfaces::cell::{
    Lens, LensLookResults, LensProxy, LensRefuseError, Plain, PlainProxy,
};
use ipc_tests::generic_interfaces::pair::{
    Joined, JoinedAgainResults, JoinedBothResults, JoinedProxy,
};
use ipc_tests::generic_interfaces::{
    Cell, CellProxy, CellReplaceResults, FunctionProxy, Named, NamedProxy, Open, OpenCellResults,
    OpenProxy, Pair, Point, Shelf, ShelfProxy, TextCell, TextCellProxy,
};

use crate::support::{remote, soon};

/// Holds any value, and counts how often it changed.
#[derive(Clone)]
struct Holder<T>(Arc<Mutex<(T, u32)>>);

impl<T: PointerValue> Holder<T> {
    fn of(value: T) -> Self {
        Self(Arc::new(Mutex::new((value, 0))))
    }

    fn value(&self) -> T {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.0.clone()
    }
}

impl<T: PointerValue> Cell<T> for Holder<T> {
    async fn get(&self) -> Result<T, Exception> {
        Ok(self.value())
    }

    async fn replace(&self, value: T) -> Result<CellReplaceResults<T>, Exception> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.1 += 1;
        let old = std::mem::replace(&mut held.0, value);
        Ok(CellReplaceResults { old, count: held.1 })
    }

    async fn lens(&self) -> Result<LensProxy<T>, Exception> {
        Ok(LensProxy::new(self.clone()))
    }

    async fn same(&self, cell: CellProxy<T>) -> Result<Vec<Option<CellProxy<T>>>, Exception> {
        Ok(vec![Some(CellProxy::new(self.clone())), None, Some(cell)])
    }
}

impl<T: PointerValue> Lens<T> for Holder<T> {
    async fn look(&self) -> Result<LensLookResults<T>, Exception> {
        let pair = Pair {
            left: self.value(),
            right: "text".to_owned(),
            cell: Some(CellProxy::new(self.clone())),
            joined: Some(JoinedProxy::new(Both(self.value(), "joined".to_owned()))),
        };
        Ok(LensLookResults {
            all: vec![Pair::default(), Pair::default()],
            pair,
        })
    }

    async fn refuse(&self, reason: T) -> Result<String, LensRefuseError<T>> {
        Err(LensRefuseError::Refused(reason))
    }
}

struct Both<L, R>(L, R);

impl<L: PointerValue, R: PointerValue> Joined<L, R> for Both<L, R> {
    async fn both(&self) -> Result<JoinedBothResults<L, R>, Exception> {
        Ok(JoinedBothResults {
            left: self.0.clone(),
            right: self.1.clone(),
        })
    }

    async fn again(
        &self,
        left: R,
        right: L,
        _: CellProxy<R>,
        _: JoinedProxy<R, L>,
    ) -> Result<JoinedAgainResults<L>, Exception> {
        let left = format!("{left:?}");
        Ok(JoinedAgainResults {
            cell: CellProxy::new(Holder::of(left.clone())),
            joined: JoinedProxy::new(Both(left.clone(), right.clone())),
            left,
            right,
        })
    }
}

impl TextCell for Holder<String> {
    async fn length(&self) -> Result<u64, Exception> {
        u64::try_from(self.value().len()).map_err(Exception::failed)
    }
}

type Labelled = Pair<Point, String>;

impl Named<Option<TextCellProxy>, Point> for Holder<Labelled> {
    async fn name(&self) -> Result<Option<TextCellProxy>, Exception> {
        Ok(Some(TextCellProxy::new(Holder::of(self.value().right))))
    }
}

impl Shelf for Holder<Labelled> {
    async fn first(&self) -> Result<Point, Exception> {
        Ok(self.value().left)
    }
}

#[tokio::test]
async fn values_are_what_the_parameter_is_bound_to() -> Result<(), Exception> {
    let cell: CellProxy<Vec<u8>> = remote(Holder::of(b"one".to_vec())).await?;
    assert_eq!(soon(cell.get()).await?, b"one");
    let replaced = soon(cell.replace(b"two".to_vec())).await?;
    assert_eq!((replaced.old.as_slice(), replaced.count), (&b"one"[..], 1));

    let lens = soon(cell.lens()).await?;
    let seen = soon(lens.look()).await?;
    assert_eq!(seen.all.len(), 2);
    assert_eq!(
        (seen.pair.left.as_slice(), &*seen.pair.right),
        (&b"two"[..], "text")
    );
    let again = seen.pair.cell.expect("the handler set it");
    assert_eq!(soon(again.get()).await?, b"two");
    let joined = seen.pair.joined.expect("the handler set it");
    let both = soon(joined.both()).await?;
    assert_eq!(
        (both.left.as_slice(), &*both.right),
        (&b"two"[..], "joined")
    );

    let text = Holder::of("text".to_owned());
    let nothing = Both("left".to_owned(), Vec::new());
    let turned = joined.again("right".to_owned(), b"left".to_vec(), text, nothing);
    let turned = soon(turned).await?;
    assert_eq!(turned.left, "\"right\"");
    assert_eq!(soon(turned.cell.get()).await?, "\"right\"");
    assert_eq!(soon(turned.joined.both()).await?.right, b"left");

    let refused = soon(lens.refuse(b"no".to_vec())).await;
    assert!(matches!(refused, Err(LensRefuseError::Refused(reason)) if reason == b"no"));

    let cells = soon(cell.same(Holder::of(b"mine".to_vec()))).await?;
    let [Some(theirs), None, Some(mine)] = cells.as_slice() else {
        panic!("{cells:?}");
    };
    assert_eq!(soon(theirs.get()).await?, b"two");
    assert_eq!(soon(mine.get()).await?, b"mine");
    Ok(())
}

#[tokio::test]
async fn a_child_binds_the_parameters_of_its_base() -> Result<(), Exception> {
    let text: TextCellProxy = remote(Holder::of("four".to_owned())).await?;
    assert_eq!(soon(text.length()).await?, 4);
    assert_eq!(soon(text.get()).await?, "four");
    let cell: CellProxy<String> = text.into();
    assert_eq!(soon(cell.replace("five!".to_owned())).await?.old, "four");

    let held = Pair {
        left: Point { x: 7 },
        right: "label".to_owned(),
        ..Pair::default()
    };
    let shelf: ShelfProxy = remote(Holder::of(held)).await?;
    assert_eq!(soon(shelf.first()).await?, Point { x: 7 });
    assert_eq!(soon(shelf.get()).await?.right, "label");
    let named: NamedProxy<Option<TextCellProxy>, Point> = shelf.as_named();
    let name = soon(named.name()).await?.expect("the handler returned one");
    assert_eq!(soon(name.length()).await?, 5);
    let seen = soon(shelf.as_cell().lens().await?.look()).await?;
    assert_eq!(seen.pair.left.left, Point { x: 7 });
    Ok(())
}

struct Opened;

impl Plain for Opened {}

impl Open for Opened {
    async fn echo(
        &self,
        value: AnyPointer,
        pairs: Vec<Pair<AnyPointer, String>>,
    ) -> Result<AnyPointer, Exception> {
        Ok(pairs.into_iter().next().map_or(value, |pair| pair.left))
    }

    async fn join(
        &self,
        _: AnyPointer,
        right: AnyPointer,
        _: CellProxy<AnyPointer>,
        _: JoinedProxy<AnyPointer, AnyPointer>,
    ) -> Result<CellProxy<AnyPointer>, Exception> {
        Ok(CellProxy::new(Holder::of(right)))
    }

    async fn cell(&self, cell: CellProxy<AnyPointer>) -> Result<OpenCellResults, Exception> {
        Ok(OpenCellResults {
            cell,
            lens: LensProxy::new(Holder::of(b"seen".to_vec())),
            plain: PlainProxy::new(Opened),
        })
    }

    async fn map(
        &self,
        values: Vec<String>,
        function: FunctionProxy<String, Point>,
    ) -> Result<Vec<Point>, Exception> {
        let mut points = Vec::new();
        for value in values {
            points.push(function.call(value).await?);
        }
        Ok(points)
    }
}

#[tokio::test]
async fn what_is_not_bound_is_any_pointer() -> Result<(), Exception> {
    let open: OpenProxy = remote(Opened).await?;
    let text = AnyPointer::new(&"text".to_owned())?;
    let echoed = soon(open.echo(text.clone(), [])).await?;
    assert_eq!(echoed.get_as::<String>()?, "text");
    let pair = Pair {
        left: AnyPointer::new(&Point { x: 1 })?,
        ..Pair::default()
    };
    let echoed = soon(open.echo(text.clone(), [pair])).await?;
    assert_eq!(echoed.get_as::<Point>()?, Point { x: 1 });

    let cell = soon(open.cell(Holder::of(text.clone()))).await?;
    assert_eq!(soon(cell.cell.get()).await?.get_as::<String>()?, "text");
    assert_eq!(soon(cell.lens.look()).await?.pair.left, b"seen");

    let nothing = Both(AnyPointer::default(), AnyPointer::default());
    let joined = open.join(
        AnyPointer::default(),
        text.clone(),
        Holder::of(text),
        nothing,
    );
    let joined = soon(soon(joined).await?.get()).await?;
    assert_eq!(joined.get_as::<String>()?, "text");
    Ok(())
}

#[tokio::test]
async fn closures_implement_functions_of_any_types() -> Result<(), Exception> {
    let open: OpenProxy = remote(Opened).await?;
    let parse = |text: String| async move {
        let x = text.parse().map_err(Exception::failed)?;
        Ok(Point { x })
    };
    let values = ["1".to_owned(), "-2".to_owned()];
    let points = soon(open.map(values, parse)).await?;
    assert_eq!(points, [Point { x: 1 }, Point { x: -2 }]);
    let failed = soon(open.map(["x".to_owned()], parse)).await;
    assert!(failed.is_err());
    Ok(())
}

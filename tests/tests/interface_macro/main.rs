//! `#[ipc_interface]` and the derives in use: traits and types of one's own, both sides, over a socket pair.

#[path = "../methods/support.rs"]
mod support;

mod inherited;
mod own;
mod shop;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ipc_runtime::{Exception, ExceptionKind, Proxy};

use shop::{
    Article, Basket, BasketProxy, Boxed, BoxedProxy, Colour, Digest, Failing, FailingProxy,
    FailingRiskError, Named, NamedProxy, Shop, ShopPaintResults, ShopProxy, WatcherProxy, Word,
};
use support::{remote, soon};

struct MyShop;

fn article(name: &str) -> Article {
    Article {
        name: name.to_owned(),
        digest: Digest(*b"abcd"),
        weight: Some(1.5),
        ..Article::default()
    }
}

impl Shop for MyShop {
    async fn buy(&self, name: Word, count: u32) -> Result<Article, Exception> {
        let part = article("part");
        Ok(Article {
            price: u64::from(count),
            parts: vec![part; 2],
            ..article(&name.0)
        })
    }

    fn find(&self, id: Digest, most: Option<u32>) -> Result<Vec<Article>, Exception> {
        let found = Article {
            digest: id,
            ..article("found")
        };
        Ok(vec![found; most.unwrap_or(1) as usize])
    }

    async fn paint(&self, item: Article, colour: Colour) -> Result<ShopPaintResults, Exception> {
        Ok(ShopPaintResults {
            was_red: item.colour == Colour::Red,
            result: Article { colour, ..item },
        })
    }

    async fn basket(&self) -> Result<BasketProxy, Exception> {
        Ok(BasketProxy::new(MyBasket::default()))
    }

    async fn watch(&self, watcher: WatcherProxy) -> Result<(), Exception> {
        while watcher.call("again?").await? {}
        Ok(())
    }

    async fn maybe(&self, text: Option<String>) -> Result<Option<Word>, Exception> {
        Ok(text.map(Word))
    }

    async fn wait(&self) -> Result<(), Exception> {
        std::future::pending().await
    }

    fn stop(&self) -> Result<(), Exception> {
        Err(Exception::failed("there is nothing to stop"))
    }

    async fn delay(&self, milliseconds: Duration, ids: Vec<Digest>) -> Result<Duration, Exception> {
        Ok(milliseconds * u32::try_from(ids.len()).map_err(Exception::failed)?)
    }

    fn r#type(&self, self_: bool) -> Result<(), Exception> {
        assert!(self_);
        Ok(())
    }
}

#[derive(Default)]
struct MyBasket(AtomicU32);

impl Named for MyBasket {}

impl Basket for MyBasket {
    fn add(&self, item: Article) -> Result<u32, Exception> {
        assert_eq!(item.name, "soap");
        Ok(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

struct MyBox(std::sync::Mutex<String>);

impl Boxed<String> for MyBox {
    async fn open(&self) -> Result<String, Exception> {
        self.swap(String::new()).await
    }

    async fn swap(&self, content: String) -> Result<String, Exception> {
        let mut held = self.0.lock().map_err(|_| Exception::failed("poisoned"))?;
        Ok(std::mem::replace(&mut *held, content))
    }
}

struct MyFailing;

impl Failing for MyFailing {
    async fn risk(&self, code: i32) -> Result<i32, FailingRiskError> {
        match code {
            0 => Err(FailingRiskError::Refused(article("refused"))),
            1 => Err(Exception::failed("worse").into()),
            code => Ok(code),
        }
    }
}

#[test]
fn defaults_are_those_of_the_schema() {
    let article = Article::default();
    assert_eq!((article.price, article.colour), (5, Colour::DarkGreen));
    assert_eq!(Colour::from_number(7), Colour::Unknown(7));
}

#[tokio::test]
async fn values_of_own_types_go_there_and_back() -> Result<(), Exception> {
    let shop: ShopProxy = remote(MyShop).await?;
    let bought = soon(shop.buy(Word("soap".to_owned()), 3)).await?;
    assert_eq!(
        (bought.name.as_str(), bought.price, bought.weight),
        ("soap", 3, Some(1.5))
    );
    assert_eq!(bought.parts.len(), 2);
    assert_eq!(bought.colour, Colour::DarkGreen);
    let found = soon(shop.find(Digest(*b"wxyz"), None)).await?;
    assert_eq!(
        found.iter().map(|one| one.digest).collect::<Vec<_>>(),
        [Digest(*b"wxyz")]
    );
    assert_eq!(soon(shop.find(Digest(*b"wxyz"), Some(3))).await?.len(), 3);
    let painted = soon(shop.paint(bought, Colour::Red)).await?;
    assert_eq!(
        (painted.result.colour, painted.was_red),
        (Colour::Red, false)
    );
    let delay = soon(shop.delay(Duration::from_millis(20), [Digest(*b"abcd"); 2]));
    assert_eq!(delay.await?, Duration::from_millis(40));
    soon(shop.r#type(true)).await
}

#[tokio::test]
async fn what_the_schema_calls_nullable_may_be_missing() -> Result<(), Exception> {
    let shop: ShopProxy = remote(MyShop).await?;
    assert_eq!(soon(shop.maybe(None)).await?, None);
    let text = soon(shop.maybe(Some("text".to_owned()))).await?;
    assert_eq!(text, Some(Word("text".to_owned())));
    Ok(())
}

#[tokio::test]
async fn a_method_that_is_not_async_can_fail() -> Result<(), Exception> {
    let shop: ShopProxy = remote(MyShop).await?;
    let failed = soon(shop.stop()).await.expect_err("it fails");
    assert!(
        failed.message().contains("there is nothing to stop"),
        "{failed}"
    );
    Ok(())
}

#[tokio::test]
async fn a_value_that_the_type_refuses_fails_its_call() -> Result<(), Exception> {
    let shop: ShopProxy = remote(MyShop).await?;
    // The same object by a trait that says less of its types.
    let plain = shop::bare::CallProxy::from_object(shop.object().clone());
    let failed = soon(plain.find(b"abc".to_vec(), None))
        .await
        .expect_err("it has not four bytes");
    assert!(
        failed.message().contains("id") && failed.message().contains("four bytes"),
        "{failed}"
    );
    assert_eq!(soon(plain.find(b"abcd".to_vec(), None)).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn objects_and_callbacks_are_passed() -> Result<(), Exception> {
    let shop: ShopProxy = remote(MyShop).await?;
    let basket = soon(shop.basket()).await?;
    assert_eq!(soon(basket.add(article("soap"))).await?, 1);
    assert_eq!(soon(basket.add(article("soap"))).await?, 2);
    assert_eq!(soon(basket.name()).await?, "nameless");
    let named: NamedProxy = basket.as_named();
    assert_eq!(soon(named.name()).await?, "nameless");

    let left = AtomicU32::new(3);
    let watch = shop.watch(move |what: String| {
        let more = what == "again?" && left.fetch_sub(1, Ordering::Relaxed) > 1;
        async move { Ok(more) }
    });
    soon(watch).await
}

#[tokio::test]
async fn generic_interfaces_are_generic_traits() -> Result<(), Exception> {
    let boxed: BoxedProxy<String> = remote(MyBox(String::from("content").into())).await?;
    assert_eq!(soon(boxed.swap("other".to_owned())).await?, "content");
    assert_eq!(soon(boxed.open()).await?, "other");
    Ok(())
}

#[tokio::test]
async fn declared_errors_are_an_enum() -> Result<(), Exception> {
    let failing: FailingProxy = remote(MyFailing).await?;
    assert_eq!(soon(failing.risk(5)).await?, 5);
    match soon(failing.risk(0)).await {
        Err(FailingRiskError::Refused(article)) => assert_eq!(article.name, "refused"),
        other => panic!("{other:?}"),
    }
    match soon(failing.risk(1)).await {
        Err(FailingRiskError::Exception(error)) => {
            assert_eq!(error.kind(), ExceptionKind::Declared)
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_of_this_process_is_the_same() -> Result<(), Exception> {
    let shop = ShopProxy::new(MyShop);
    assert_eq!(shop.buy(Word("soap".to_owned()), 2).await?.price, 2);
    Ok(())
}

#[test]
fn a_changed_schema_is_read_again() {
    // What the compiler told Cargo that the program depends on.
    let program = std::env::current_exe().expect("it runs");
    let told = std::fs::read_to_string(program.with_extension("d")).expect("Cargo keeps it");
    assert!(told.contains("interfaces/shop.capnp"), "{told}");
}

mod stage {
    use ipc_runtime::{Exception, ExceptionKind, ipc_interface};

    use std::time::Duration;

    use crate::own::{Line, Loud, Seats, Shout, Stage, StageProxy, Tone};
    use crate::support::{remote, soon};

    struct MyStage;

    impl Stage<String> for MyStage {
        async fn say(
            &self,
            line: Line,
            tone: Option<Tone>,
            times: Option<u8>,
        ) -> Result<Option<Line>, Exception> {
            match times {
                None => Ok(None),
                Some(0) => Err(Exception::failed("not at all?")),
                Some(times) => Ok(Some(Line {
                    tone: tone.unwrap_or(Tone::Unknown(9)),
                    answers: vec![Line::default(); times.into()],
                    next: Some(Box::new(line.clone())),
                    ..line
                })),
            }
        }

        fn hush(&self) -> Result<(), Exception> {
            Ok(())
        }

        async fn keep(&self, value: String) -> Result<String, Exception> {
            Ok(value)
        }

        async fn tones(&self) -> Result<Vec<Tone>, Exception> {
            Ok(vec![Tone::VeryLoud, Tone::Plain])
        }

        async fn shout(
            &self,
            line: Shout,
            tone: Loud,
            seats: Seats,
            pauses: Vec<Duration>,
        ) -> Result<Shout, Exception> {
            let total: Duration = pauses.iter().sum();
            Ok(Shout(format!("{}{tone:?}{:?}{total:?}", line.0, seats.0)))
        }

        async fn other(&self) -> Result<Option<StageProxy<String>>, Exception> {
            Ok(Some(StageProxy::new(Self)))
        }
    }

    fn line() -> Line {
        Line {
            text: "to be".to_owned(),
            tone: Tone::VeryLoud,
            volume: Some(0.5),
            note: Some("aside".to_owned()),
            answers: Vec::new(),
            next: None,
        }
    }

    #[tokio::test]
    async fn a_trait_without_a_schema_has_all_of_it() -> Result<(), Exception> {
        let stage: StageProxy<String> = remote(MyStage).await?;
        assert_eq!(soon(stage.say(line(), None, None)).await?, None);
        let said = soon(stage.say(line(), Some(Tone::Plain), Some(2)))
            .await?
            .expect("it is there");
        assert_eq!(
            (said.tone, said.volume, said.answers.len()),
            (Tone::Plain, Some(0.5), 2)
        );
        assert_eq!(said.next.as_deref(), Some(&line()));
        let failed = soon(stage.say(line(), None, Some(0)))
            .await
            .expect_err("it fails");
        assert_eq!(failed.kind(), ExceptionKind::Declared, "{failed}");
        assert_eq!(soon(stage.keep("kept".to_owned())).await?, "kept");
        assert_eq!(soon(stage.tones()).await?, [Tone::VeryLoud, Tone::Plain]);
        let pauses = [Duration::from_millis(2), Duration::from_millis(3)];
        let seats = Seats([3, 1].into());
        let shout = stage.shout(Shout("no!".to_owned()), Loud(true), seats, pauses);
        assert_eq!(
            soon(shout).await?,
            Shout("no!Loud(true){1, 3}5ms".to_owned())
        );
        let other = soon(stage.other()).await?.expect("it is there");
        soon(other.hush()).await
    }

    #[tokio::test]
    async fn a_trait_can_stand_in_a_function() -> Result<(), Exception> {
        #[ipc_interface(id = 0xd1b3a5f7092c4e68)]
        trait Inside {
            async fn double(&self, number: i64) -> Result<i64, Exception>;
        }

        struct Doubling;

        impl Inside for Doubling {
            async fn double(&self, number: i64) -> Result<i64, Exception> {
                Ok(2 * number)
            }
        }

        let inside: InsideProxy = remote(Doubling).await?;
        assert_eq!(soon(inside.double(-21)).await?, -42);
        Ok(())
    }
}

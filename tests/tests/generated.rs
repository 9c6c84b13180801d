//! What generated code does with values: each goes through a message and comes back.

use std::sync::Mutex;

use generated_examples::multiprocess::wallet::{Wallet, WalletProxy};
use ipc_runtime::{Exception, ExceptionKind};
use ipc_tests::keywords::{Words, WordsAsyncResults, WordsProxy};
use ipc_tests::optional::{Entry, Parent, Store, StoreProxy, StorePutResults};
use ipc_tests::r#type::{Kind, Settings};
use ipc_tests::values::{self, Empty, Lists, Network, Numbers, Values, ValuesProxy};

/// Answers with what it was asked.
#[derive(Debug, Default)]
struct Mirror {
    /// What `find` was last asked.
    asked: Mutex<Option<(String, Option<u32>)>>,
}

impl Store for Mirror {
    async fn find(&self, key: String, limit: Option<u32>) -> Result<Option<Entry>, Exception> {
        let found = (!key.is_empty()).then(|| Entry {
            key: key.clone(),
            ..Entry::default()
        });
        *self.asked.lock().expect("nobody panicked") = Some((key, limit));
        Ok(found)
    }

    async fn put(
        &self,
        entry: Option<Entry>,
        tags: Option<Vec<String>>,
    ) -> Result<StorePutResults, Exception> {
        let count = tags.map_or(0, |tags| tags.len() as u64);
        Ok(StorePutResults {
            old: entry.map(|entry| entry.key),
            count,
        })
    }

    async fn watch(&self, watcher: Option<StoreProxy>) -> Result<Option<StoreProxy>, Exception> {
        Ok(watcher)
    }
}

impl Values for Mirror {
    async fn network(
        &self,
        network: Network,
        or: Network,
        maybe: Option<Network>,
    ) -> Result<Network, Exception> {
        Ok(maybe.unwrap_or(if network == Network::Main {
            or
        } else {
            network
        }))
    }

    async fn numbers(&self, numbers: Numbers) -> Result<Numbers, Exception> {
        Ok(numbers)
    }

    async fn lists(
        &self,
        lists: Lists,
        flags: Vec<bool>,
        nested: Vec<Vec<String>>,
    ) -> Result<Vec<Lists>, Exception> {
        let texts = nested.concat();
        Ok(vec![
            lists,
            Lists {
                bools: flags,
                texts,
                ..Lists::default()
            },
        ])
    }

    async fn empty(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn by_name(
        &self,
        flag: bool,
        int8: i8,
        int16: i16,
        int32: i32,
        int64: i64,
        u_int8: u8,
        u_int16: u16,
        u_int32: u32,
        u_int64: u64,
        float32: f32,
        float64: f64,
        endless: f64,
        network: Network,
        plain: Network,
        hint: Option<Network>,
    ) -> Result<(), Exception> {
        let got = Numbers {
            flag,
            int8,
            int16,
            int32,
            int64,
            u_int8,
            u_int16,
            u_int32,
            u_int64,
            float32,
            float64,
            endless,
            network,
            plain,
            hint,
        };
        assert_eq!(got, odd_numbers());
        Ok(())
    }

    async fn many(
        &self,
        a: i8,
        b: i16,
        c: i32,
        d: i64,
        e: u8,
        f: u16,
        g: u32,
        h: u64,
    ) -> Result<(), Exception> {
        assert_eq!((a, b, c, d, e, f, g, h), (-1, -2, -3, -4, 5, 6, 7, 8));
        Ok(())
    }
}

impl Words for Mirror {
    async fn r#async(
        &self,
        r#type: String,
        number: u32,
        super_: bool,
    ) -> Result<WordsAsyncResults, Exception> {
        Ok(WordsAsyncResults {
            crate_: r#type,
            r#match: super_ && number == 1,
        })
    }

    async fn new(&self, params: String) -> Result<String, Exception> {
        Ok(params)
    }

    async fn clone(&self, this: WordsProxy) -> Result<WordsProxy, Exception> {
        Ok(this)
    }

    async fn echo(
        &self,
        this: String,
        params: Vec<u8>,
        call: Vec<String>,
        value: Option<String>,
    ) -> Result<Option<String>, Exception> {
        Ok(value.map(|value| format!("{this} {params:?} {call:?} {value}")))
    }

    async fn object(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn interface(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn as_ref(&self, _results: Vec<i32>) -> Result<(), Exception> {
        Ok(())
    }

    async fn from_object(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn call(&self, implementation: String) -> Result<String, Exception> {
        Ok(implementation)
    }
}

fn odd_numbers() -> Numbers {
    Numbers {
        flag: false,
        int8: i8::MIN,
        int16: i16::MIN,
        int32: i32::MIN,
        int64: i64::MIN,
        u_int8: u8::MAX,
        u_int16: u16::MAX,
        u_int32: u32::MAX,
        u_int64: u64::MAX,
        float32: f32::MIN_POSITIVE,
        float64: f64::MAX,
        endless: 0.0,
        network: Network::Unknown(700),
        plain: Network::Self_,
        hint: Some(Network::Main),
    }
}

#[test]
fn defaults_are_the_schemas() {
    let numbers = Numbers::default();
    assert!(numbers.flag);
    assert_eq!(
        (numbers.int8, numbers.int16, numbers.int32, numbers.int64),
        (-1, -2, -3, -4)
    );
    assert_eq!(
        (
            numbers.u_int8,
            numbers.u_int16,
            numbers.u_int32,
            numbers.u_int64
        ),
        (5, 6, 7, 8)
    );
    assert_eq!((numbers.float32, numbers.endless), (9.5, f64::INFINITY));
    assert!(numbers.float64 == 0.0 && numbers.float64.is_sign_negative());
    assert_eq!(
        (numbers.network, numbers.plain, numbers.hint),
        (Network::Signet, Network::Main, None)
    );
    assert_eq!(Settings::default().kind, Kind::Fancy);
}

#[test]
fn constants_are_the_schemas() {
    assert_eq!(
        (values::SMALL, values::LARGE, values::LOW),
        (i8::MIN, u64::MAX, i64::MIN)
    );
    const { assert!(values::YES && values::UNKNOWN.is_nan()) };
    assert_eq!(
        (values::RATIO, values::ENDLESS, values::BELOW),
        (0.1, f64::INFINITY, f32::NEG_INFINITY)
    );
    assert_eq!(values::GREETING, "say \"hi\"\n");
    assert_eq!(values::MAGIC, [0xf9, 0xbe, 0xb4, 0xd9]);
}

#[tokio::test]
async fn optional_parameters_and_results_are_options() -> Result<(), Exception> {
    let store = StoreProxy::new(Mirror::default());
    let found = store
        .find("key", Some(0))
        .await?
        .expect("there is an entry");
    assert_eq!(
        found,
        Entry {
            key: "key".to_owned(),
            ..Entry::default()
        }
    );
    assert_eq!(store.find("", None).await?, None);

    let entry = Entry {
        key: "k".to_owned(),
        value: Some(Vec::new()),
        weight: Some(0.0),
        parent: Some(Parent::default()),
        has_nothing: true,
    };
    let put = store
        .put(Some(entry), Some(vec!["a".to_owned(), "b".to_owned()]))
        .await?;
    assert_eq!(
        put,
        StorePutResults {
            old: Some("k".to_owned()),
            count: 2
        }
    );
    assert_eq!(
        store.put(None, None).await?,
        StorePutResults {
            old: None,
            count: 0
        }
    );

    assert!(store.watch(None).await?.is_none());
    let same = store
        .watch(Some(store.clone()))
        .await?
        .expect("there is a store");
    assert!(same.find("key", None).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn values_survive_the_way() -> Result<(), Exception> {
    let values = ValuesProxy::new(Mirror::default());
    assert_eq!(
        values.numbers(Numbers::default()).await?,
        Numbers::default()
    );
    assert_eq!(values.numbers(odd_numbers()).await?, odd_numbers());
    assert_eq!(
        values
            .network(Network::Unknown(9), Network::Test4, None)
            .await?,
        Network::Unknown(9)
    );
    assert_eq!(
        values.network(Network::Main, Network::Test4, None).await?,
        Network::Test4
    );
    assert_eq!(
        values
            .network(Network::Main, Network::Test4, Some(Network::Self_))
            .await?,
        Network::Self_
    );
    values.many(-1, -2, -3, -4, 5, 6, 7, 8).await?;
    values.empty().await?;
    let odd = odd_numbers();
    values
        .by_name(
            odd.flag,
            odd.int8,
            odd.int16,
            odd.int32,
            odd.int64,
            odd.u_int8,
            odd.u_int16,
            odd.u_int32,
            odd.u_int64,
            odd.float32,
            odd.float64,
            odd.endless,
            odd.network,
            odd.plain,
            odd.hint,
        )
        .await
}

#[tokio::test]
async fn lists_survive_the_way() -> Result<(), Exception> {
    let values = ValuesProxy::new(Mirror::default());
    let leaf = Lists {
        texts: vec!["leaf".to_owned(), String::new()],
        ..Lists::default()
    };
    let lists = Lists {
        bools: vec![true, false, true],
        ints: vec![i32::MIN, 0, i32::MAX],
        floats: vec![f64::MIN, -0.0],
        texts: vec!["ünï".to_owned()],
        datas: vec![vec![0, 255], Vec::new()],
        tree: vec![leaf.clone(), leaf],
        matrix: vec![vec![1, 2], Vec::new(), vec![i64::MIN]],
    };
    let nested = vec![vec!["a".to_owned()], Vec::new(), vec!["b".to_owned()]];
    let answer = values.lists(lists.clone(), [true], &nested).await?;
    assert_eq!(answer[0], lists);
    assert_eq!(
        (answer[1].bools.as_slice(), answer[1].texts.concat()),
        ([true].as_slice(), "ab".to_owned())
    );
    assert_eq!(Empty::default(), Empty {});
    Ok(())
}

#[tokio::test]
async fn names_that_mean_something_in_rust_can_be_called() -> Result<(), Exception> {
    let words = WordsProxy::new(Mirror::default());
    let answer = words.r#async("t", 1, true).await?;
    assert_eq!(
        answer,
        WordsAsyncResults {
            crate_: "t".to_owned(),
            r#match: true
        }
    );
    assert_eq!(words.new_("n").await?, "n");
    let same = words.clone(Clone::clone(&words)).await?;
    let text = same
        .echo("this", [1], ["call".to_owned()], Some("value".to_owned()))
        .await?;
    assert_eq!(text.as_deref(), Some("this [1] [\"call\"] value"));
    words.object().await?;
    words.interface().await?;
    words.as_ref([1, 2]).await?;
    words.from_object().await?;
    assert_eq!(words.call("c").await?, "c");
    Ok(())
}

/// Of 65 methods, a mock has one.
struct NamedWallet;

impl Wallet for NamedWallet {
    async fn get_wallet_name(&self) -> Result<String, Exception> {
        Ok("savings".to_owned())
    }
}

#[tokio::test]
async fn what_a_partial_implementation_leaves_out_is_not_implemented() {
    let wallet = WalletProxy::new(NamedWallet);
    assert_eq!(wallet.get_wallet_name().await.unwrap(), "savings");
    let error = wallet.get_balance().await.unwrap_err();
    assert_eq!(error.kind(), ExceptionKind::Unimplemented);
    assert!(
        error
            .message()
            .ends_with("Wallet.getBalance is not implemented"),
        "{error}"
    );
}

//! Our own client, which implements the same traits.

use ipc_json_rpc::Client;
use ipc_json_rpc_tests::foo::{FooInterfaceProxy, FooInterfaceRaiseError, FooStruct};
use ipc_json_rpc_tests::our_foo::OurFoo;
use ipc_json_rpc_tests::shop::{
    Colour, Item, Pair, Shop, ShopJsonRpcClient, ShopProxy, TillProxy, item,
};
use ipc_runtime::{Exception, ExceptionKind, Proxy};

use serde_json::json;

use crate::support::{Endpoint, Served, within};

async fn shop(served: &Served) -> ShopProxy {
    served.client().await.root()
}

#[tokio::test]
async fn a_proxy_of_a_client_is_like_any_other() {
    let served = Served::start().await;
    let shop = shop(&served).await;
    let item = Item {
        name: "book".to_owned(),
        price: u64::MAX,
        colour: Colour::DarkBlue,
        picture: vec![0, 255],
        pages: vec![vec![], vec![1]],
        weight: f64::INFINITY,
        note: Some("n".to_owned()),
        size: item::Size::Words(vec!["a".to_owned()]),
        which: item::Which::Used(-1),
        till: None,
    };
    let described = within("a call", shop.describe(item.clone())).await.unwrap();
    assert_eq!(format!("{described:?}"), format!("{item:?}"));
    let pair = Pair {
        first: "text".to_owned(),
        second: vec![1, 2],
    };
    let swapped = within("a call", shop.swap(pair)).await.unwrap();
    assert_eq!(
        (swapped.first, swapped.second.as_str()),
        (vec![1, 2], "text")
    );
    let cheap = Item {
        price: 3,
        ..Item::default()
    };
    let price = within("a call", shop.price(cheap, 5)).await.unwrap();
    assert_eq!((price.total, price.cheap), (15, true));
}

#[tokio::test]
async fn the_client_implements_the_trait() {
    let served = Served::start().await;
    let client = served.client().await;
    let shop = ShopJsonRpcClient::new(&client);
    let found = within("a call", Shop::find(&shop, "nobody".to_owned()))
        .await
        .unwrap();
    assert!(found.is_none());
    let shop = ShopProxy::new(shop);
    let till = within("a call", shop.open("ann", 1)).await.unwrap();
    assert_eq!(within("a call", till.add(2)).await.unwrap(), 3);
}

#[tokio::test]
async fn objects_go_and_come_and_end() {
    let served = Served::start().await;
    let shop = shop(&served).await;
    let ann: TillProxy = within("a call", shop.open("ann", 1)).await.unwrap();
    let bob = within("a call", shop.find("bob")).await.unwrap().unwrap();
    assert_eq!(within("a call", bob.add(41)).await.unwrap(), 41);
    let name = within("a call", bob.as_named().get_name()).await.unwrap();
    assert_eq!(name, "bob's till");
    let tills = [Some(ann.clone()), None, Some(bob.clone())];
    assert_eq!(within("a call", shop.sum(tills)).await.unwrap(), 42);
    served.tills(2).await;
    drop(bob);
    served.tills(1).await;
    within("destroying", ann.destroy()).await.unwrap();
    served.tills(0).await;
}

#[tokio::test]
async fn only_objects_of_the_server_can_be_passed() {
    let served = Served::start().await;
    let (shop, other) = (shop(&served).await, shop(&served).await);
    let till = within("a call", other.open("ann", 1)).await.unwrap();
    let error = within("a call", shop.sum([Some(till)])).await.unwrap_err();
    let expected = "a client can pass only objects that it has from the same server";
    assert!(error.message().ends_with(expected), "{error}");
}

#[tokio::test]
async fn exceptions_keep_their_kind() {
    let served = Served::start().await;
    let shop = shop(&served).await;
    let kinds = [
        (0, ExceptionKind::Failed),
        (1, ExceptionKind::Overloaded),
        (2, ExceptionKind::Unimplemented),
    ];
    for (number, kind) in kinds {
        let error = within("a call", shop.fail(number)).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, "failed as asked"));
    }
}

#[tokio::test]
async fn errors_that_a_schema_declares_keep_their_value() {
    let foo = FooInterfaceProxy::new(OurFoo::default());
    let served = Endpoint::serve(foo, |builder| builder).await;
    let problem = FooStruct {
        name: "näme".to_owned(),
        set_int: vec![7],
        ..FooStruct::default()
    };
    let foo: FooInterfaceProxy = served.client().await.root();
    let raised = within("a call", foo.raise(problem.clone())).await;
    match raised.unwrap_err() {
        FooInterfaceRaiseError::Error(error) => assert_eq!(error, problem),
        other => panic!("{other}"),
    }
    let params = json!([{ "name": "näme", "setInt": [7] }]);
    let answer = served.call("fooInterface_raise", params).await;
    let error = &answer["error"];
    assert_eq!(error["code"], -32007, "{error}");
    assert_eq!(error["data"]["kind"], "declared", "{error}");
    assert_eq!(error["data"]["method"], "FooInterface.raise", "{error}");
    assert_eq!(
        error["data"]["declared"]["error"]["name"], "näme",
        "{error}"
    );

    // Another failure of the same method.
    drop(served);
    let lost = within("a call", foo.raise(problem)).await.unwrap_err();
    assert!(
        matches!(lost, FooInterfaceRaiseError::Exception(_)),
        "{lost}"
    );
}

#[tokio::test]
async fn what_keeps_a_client_from_calling_is_said() {
    let served = Served::start().await;
    let fails = async |client: Result<Client, Exception>| {
        let shop: ShopProxy = client?.root();
        shop.find("nobody").await.map(|_| ())
    };
    let address = served.address();
    let nobody = within("a call", fails(Client::connect(&address).await))
        .await
        .unwrap_err();
    assert!(
        nobody.message().contains("refuses the credentials"),
        "{nobody}"
    );
    let wrong = Client::connect_as(&address, "alice:x").await;
    let wrong = within("a call", fails(wrong)).await.unwrap_err();
    assert!(
        wrong.message().contains("refuses the credentials"),
        "{wrong}"
    );
    let nowhere = Client::connect("unix:/nowhere/at/all").await.unwrap_err();
    assert_eq!(nowhere.kind(), ExceptionKind::Disconnected);
    assert!(
        nowhere
            .message()
            .starts_with("cannot connect to unix:/nowhere/at/all: "),
        "{nowhere}"
    );

    let client = served.client().await;
    let shop: ShopProxy = client.root();
    within("a call", shop.find("nobody")).await.unwrap();
    drop(served);
    let lost = within("a call", shop.find("nobody")).await.unwrap_err();
    assert_eq!(lost.kind(), ExceptionKind::Disconnected, "{lost}");
}

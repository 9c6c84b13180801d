//! Code that the README shows, and what it leaves out around it. Nothing of it runs.

#![allow(dead_code, unused_variables, reason = "the code is to compile only")]
#![cfg_attr(rustfmt, rustfmt_skip)]

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use bitcoin_core_ipc::bitcoin::ScriptBuf;
use bitcoin_core_ipc::roles::NodeProcess;
use bitcoin_core_ipc::{Network, Node, Reconnect, TemplateOptions, WaitOptions};
use bitcoin_core_zmq::{Publisher, Subscriber, Topic, feed};
use futures_util::StreamExt;
use ipc_json_rpc::{Client, MethodHandler, Server};
use ipc_readme_tests::greeter::{CounterProxy, Greeter, GreeterProxy};
use ipc_runtime::{Exception, Ipc, blocking};

type Done = Result<(), Box<dyn Error>>;

async fn bitcoin_core(script_pubkey: ScriptBuf) -> Done {
    let node = Node::builder().network(Network::Regtest).wait(Duration::from_secs(60)).connect().await?;
    let mining = node.mining().await?;
    let template = mining.create_new_block(TemplateOptions::default()).await?;
    let work = template.work(script_pubkey, b"extra nonce").await?;
    let better = template.wait_next(WaitOptions::default()).await?;
    Ok(())
}

async fn multiprocess(node: Node) -> Done {
    let mut events = node.chain().await?.notifications().await?;
    while let Some(event) = events.next().await { println!("{:?}", event?); }
    Ok(())
}

async fn a_node_of_ours(path: &std::path::Path) -> Done {
    let process = NodeProcess::builder("bitcoin-node").network(Network::Regtest).datadir(path).start().await?;
    println!("{:?}", process.node().mining().await?.tip().await?);
    process.stop().await?;
    Ok(())
}

async fn sessions() -> Done {
    let session = Node::builder().session(Reconnect::default())?;
    let mut templates = session.templates(TemplateOptions::default(), WaitOptions::default());
    while let Some(event) = templates.next().await { /* Connected(node), Update(template), Gap(why) */ }
    Ok(())
}

async fn zmq(node: Node) -> Done {
    let mut blocks = Subscriber::builder().connect("tcp://127.0.0.1:28332", [Topic::HashBlock]).start()?;
    while let Some(received) = blocks.recv().await { /* a typed notification, and what was missed before it */ }

    let publisher = Publisher::builder().bind("tcp://127.0.0.1:28333", Topic::ALL).start().await?;
    let mut events = pin!(feed::numbered_chain(node.chain().await?, node.rpc().await?).await?);
    while let Some(event) = events.next().await { publisher.publish_event(event?); }
    Ok(())
}

mod calls {
    use super::*;
    use ipc_runtime::Proxy as _;
    use generated_examples::v32::init::InitProxy;
    use generated_examples::v32::mining::{BlockTemplateProxy, MiningProxy};

    async fn more_of_a_call(ipc: Ipc, mining: MiningProxy, template: BlockTemplateProxy) -> Done {
        let tip = mining.get_tip().timeout(Duration::from_secs(1)).await?;
        let init: InitProxy = ipc.connect_address("unix:node.sock").pipeline()?;
        let text = init.make_echo().pipeline().echo("hello").await?;
        template.destroy().await?;
        Ok(())
    }

    fn without_async() -> Done {
        let ipc = blocking::Ipc::new()?;
        let init: InitProxy = ipc.connect_address("unix:node.sock")?;
        println!("{}", init.make_echo().wait()?.echo("hello").wait()?);
        Ok(())
    }
}

mod a_trait_of_ones_own {
    use std::borrow::Cow;
    use std::convert::Infallible;

    use ipc_runtime::{CustomValue, Exception, ipc_interface};

    use ipc_readme_tests::greeter::CounterProxy;

    #[derive(Clone, Debug)]
    pub struct Name(String);

    impl CustomValue<str> for Name {
        type Error = Infallible;

        fn from_wire(text: &str) -> Result<Self, Infallible> {
            Ok(Self(text.to_owned()))
        }

        fn to_wire(&self) -> Cow<'_, str> {
            Cow::Borrowed(&self.0)
        }
    }

    #[ipc_interface(schema = "schema/greeter.capnp")]
    pub trait Greeter {
        async fn greet(&self, name: Name) -> Result<String, Exception>;
        async fn make_counter(&self) -> Result<CounterProxy, Exception>;
    }
}

struct MyGreeter;

impl Greeter for MyGreeter {
    async fn greet(&self, name: String) -> Result<String, Exception> {
        Ok(name)
    }

    async fn make_counter(&self) -> Result<CounterProxy, Exception> {
        Err(Exception::failed("not here"))
    }
}

async fn json_rpc() -> Done {
    let methods = ipc_json_rpc::module(GreeterProxy::new(MyGreeter))?;
    let server = Server::builder().listen("unix:greeter.rpc").start(MethodHandler::new(methods)).await?;

    let greeter: GreeterProxy = Client::connect("unix:greeter.rpc").await?.root();
    println!("{}", greeter.greet("world").await?);
    Ok(())
}

fn bitcoin_types() -> Result<(), ipc_gen::Error> {
    ipc_gen::Builder::new()
        .src_prefix("schema").import_path("schema")
        .json_rpc(true).bitcoin_types(true)
        .compile(&["schema/v32/init.capnp"])
}

async fn bitcoin_over_http(ipc: Ipc) -> Done {
    use ipc_json_rpc_tests::bitcoin::v32::init::InitProxy;

    let init: InitProxy = ipc.connect_address("unix:node.sock").await?;
    let methods = ipc_json_rpc::module(init.make_mining().await?)?;
    Ok(())
}

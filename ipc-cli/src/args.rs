//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use bitcoin_core_ipc::{Network, Node, NodeBuilder};
use bitcoin_core_zmq::Topic;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::output::Format;

const EXIT_CODES: &str = "\
Exit codes:
  0  it was done
  1  it was asked for, and did not succeed
  2  it cannot be asked for: options, schemas, parameters
  3  nobody is there, or not any more
  130  it was interrupted";

/// Looks into the IPC sockets of Bitcoin Core, and of other programs that speak Cap'n Proto.
#[derive(Debug, Parser)]
#[command(name = "ipc", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Arguments {
    /// Print a JSON value on each line
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    pub(crate) fn format(&self) -> Format {
        match self.json {
            true => Format::Json,
            false => Format::Human,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find out what is wrong with a node's socket
    Doctor(Reach),
    /// Call methods
    Call(Call),
    /// Print what happens in a node, until Ctrl-C
    Watch(Watch),
    /// Make a node reachable in other ways, until Ctrl-C
    #[command(subcommand)]
    Serve(Serve),
    /// Work on schemas
    #[command(subcommand)]
    Schema(Schema),
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// Where a node is.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// unix:PATH, or unix for the socket in the data directory
    pub(crate) address: String,

    /// The data directory, which relative paths start from
    #[arg(long, value_name = "DIR")]
    pub(crate) datadir: Option<PathBuf>,

    /// The network, each of which has a folder in the data directory
    #[arg(long, value_enum, default_value_t = Chain::Main)]
    pub(crate) network: Chain,

    /// How long to wait for a node that is still starting
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) wait: u64,
}

impl Reach {
    pub(crate) fn node(&self) -> NodeBuilder {
        let builder = Node::builder()
            .address(&self.address)
            .network(self.network)
            .wait(Duration::from_secs(self.wait));
        match &self.datadir {
            Some(datadir) => builder.datadir(datadir),
            None => builder,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Chain {
    Main,
    Testnet3,
    Testnet4,
    Signet,
    Regtest,
}

impl From<Chain> for Network {
    fn from(chain: Chain) -> Self {
        match chain {
            Chain::Main => Self::Mainnet,
            Chain::Testnet3 => Self::Testnet3,
            Chain::Testnet4 => Self::Testnet4,
            Chain::Signet => Self::Signet,
            Chain::Regtest => Self::Regtest,
        }
    }
}

/// Which interfaces a server has.
#[derive(Debug, Args)]
pub(crate) struct By {
    /// A schema file, instead of Bitcoin Core's; several can be given
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Vec<PathBuf>,

    /// A folder where imports of schemas are looked up; several can be given
    #[arg(short = 'I', long = "import-path", value_name = "DIR")]
    pub(crate) import_paths: Vec<PathBuf>,

    /// The interface of the first object, if that is not Init or the schema's only one
    #[arg(long, value_name = "NAME", requires = "schema")]
    pub(crate) first: Option<String>,
}

const CALLS: &str = "\
Calls:
  Mining.getTip                          a method of an object that the first one makes
  Init.makeEcho.echo '{\"echo\": \"hello\"}'  methods one of another's results, with parameters
  Mining.createNewBlock '{\"cooldown\": false}' getBlockHeader
                                         parameters belong to the method before them
  Mining.submitBlock @block.json         parameters from a file, @- from stdin

Parameters are a JSON object by name or a list by position. Bytes are hexadecimal, enumerants are
names, a union is the one member that is there, and what is left out has its default.";

#[derive(Debug, Args)]
#[command(after_help = CALLS)]
pub(crate) struct Call {
    #[command(flatten)]
    pub(crate) reach: Reach,

    /// Methods, with dots or spaces between, and parameters as JSON
    #[arg(required = true, value_name = "CALL")]
    pub(crate) calls: Vec<String>,

    #[command(flatten)]
    pub(crate) by: By,

    /// How long to wait for each answer. Without it there is no limit
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    #[command(flatten)]
    pub(crate) reach: Reach,

    /// What to print; if it is not said, all that the node tells of
    #[arg(long = "event", value_name = "EVENT", value_enum)]
    pub(crate) events: Vec<Events>,

    /// By how much fees must rise for another template on the same tip, in satoshi
    #[arg(long, value_name = "SATOSHI")]
    pub(crate) fee_threshold: Option<i64>,

    /// End after so many events
    #[arg(long, value_name = "NUMBER")]
    pub(crate) count: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Events {
    /// Tips of the chain
    Tips,
    /// Block templates
    Templates,
    /// Transactions that enter and leave the mempool of a multiprocess node
    Mempool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Serve {
    /// Publish over ZeroMQ what bitcoind publishes, as far as the node's version tells of it
    Zmq(Zmq),
    /// Answer JSON-RPC over HTTP: as bitcoind does, or with the methods of interfaces
    JsonRpc(JsonRpc),
}

const INTERFACES: &str = "\
What is answered:
  by itself          as bitcoind does, for bitcoin-cli and curl; by nodes that have executeRpc
  with --interfaces  the methods of Bitcoin Core's interfaces, of any version
  with --schema      the methods of another server's interfaces

Methods of interfaces are called mining_getTip, with parameters by position or by name. Objects that they bring are
handles, such as blockTemplate:3, for the parameter object of further calls over the same connection.";

#[derive(Debug, Args)]
#[command(after_help = INTERFACES)]
#[command(group(ArgGroup::new("methods").args(["interfaces", "schema"]).multiple(true)))]
pub(crate) struct JsonRpc {
    #[command(flatten)]
    pub(crate) reach: Reach,

    /// Answer with the methods of Bitcoin Core's interfaces
    #[arg(long)]
    pub(crate) interfaces: bool,

    #[command(flatten)]
    pub(crate) by: By,

    /// Call methods mining_get_tip rather than mining_getTip
    #[arg(long, requires = "methods")]
    pub(crate) snake_case: bool,

    /// Where: IP:PORT or unix:PATH; several can be given
    #[arg(long, required = true, value_name = "ADDRESS")]
    pub(crate) listen: Vec<String>,

    /// Make this file with a user name and a password, which clients have to give; removed at the end. A unix socket needs
    /// none
    #[arg(long, value_name = "FILE")]
    pub(crate) cookie_file: Option<PathBuf>,

    /// Listen at addresses that other machines reach, too, where everything can be read on the way
    #[arg(long)]
    pub(crate) allow_remote: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Zmq {
    #[command(flatten)]
    pub(crate) reach: Reach,

    /// Where: tcp://HOST:PORT or ipc://PATH; several can be given
    #[arg(long, required = true, value_name = "ENDPOINT")]
    pub(crate) bind: Vec<String>,

    /// What: hashblock, rawblock, hashtx or rawtx; all that the node tells of, if it is not said
    #[arg(long = "topic", value_name = "TOPIC")]
    pub(crate) topics: Vec<Topic>,

    /// How many messages may wait for a subscriber, beyond which it loses them; 0 for no limit
    #[arg(long, value_name = "MESSAGES", default_value_t = 1000)]
    pub(crate) high_water_mark: usize,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    /// Tell what breaks on the wire between two versions of schemas
    Diff {
        /// The older version: a file or a folder
        old: PathBuf,
        /// The newer version: a file or a folder
        new: PathBuf,
        /// A folder where imports of schemas are looked up; several can be given
        #[arg(short = 'I', long = "import-path", value_name = "DIR")]
        import_paths: Vec<PathBuf>,
    },
    /// Print the schema of Rust traits that are their own source
    Export {
        /// Rust files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The schema that peers have: it gives the new one its id, and must not be broken
        #[arg(long, value_name = "FILE")]
        kept: Option<PathBuf>,
    },
}

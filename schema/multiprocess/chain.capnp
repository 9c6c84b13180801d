@0x94f21a4864bd2c65;
# The chain as wallets and indexes see it, in Bitcoin Core's multiprocess branch, and what it tells
# them.
#
# Hashes are 32 bytes in internal byte order, the reverse of the order shown to people. Blocks and
# transactions are in the network's own encoding, with witnesses. Amounts are in satoshi and times
# in seconds since 1970.

using Cxx = import "/capnp/c++.capnp";
using Proxy = import "/mp/proxy.capnp";
using Common = import "common.capnp";
using Handler = import "handler.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Chain @0xddfb1d54c24414b3 {
  # The node's chain, mempool, fee estimates and settings, for clients in other processes.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object on the node, ahead of the release of the last handle.

  getHeight @1 (context :Proxy.Context) -> (result :Int32, hasResult :Bool);
  # The height of the tip, or nothing while no block is loaded.

  getBlockHash @2 (context :Proxy.Context, height :Int32) -> (result :Data);
  # The hash of the block of the active chain at a height that it has.

  haveBlockOnDisk @3 (context :Proxy.Context, height :Int32) -> (result :Bool);
  # Whether the block at this height is on disk with its transactions, and so was not pruned.

  findLocatorFork @4 (context :Proxy.Context, locator :Data) -> (result :Int32, hasResult :Bool);
  # The height of the last block that a locator and the active chain share, or nothing if there is
  # none.

  hasBlockFilterIndex @5 (context :Proxy.Context, filterType :UInt8) -> (result :Bool);
  # Whether the node has an index of this kind of block filters. 0 is the basic kind.

  blockFilterMatchesAny @6 (context :Proxy.Context, filterType :UInt8, blockHash :Data, filterSet :List(Data)) -> (result :Bool, hasResult :Bool);
  # Whether the filter of a block matches any of the given scripts or other elements; nothing if the
  # node has no such filter.

  findBlock @7 (context :Proxy.Context, hash :Data, block :FoundBlockParam) -> (block :FoundBlockResult, result :Bool);
  # Finds a block by its hash, on any branch. `block` asks for parts of it; `result` says whether it
  # was found.

  findFirstBlockWithTimeAndHeight @8 (context :Proxy.Context, minTime :Int64, minHeight :Int32, block :FoundBlockParam)
      -> (block :FoundBlockResult, result :Bool);
  # Finds the first block of the active chain with a largest time so far and a height of at least
  # these.

  findAncestorByHeight @9 (context :Proxy.Context, blockHash :Data, ancestorHeight :Int32, ancestor :FoundBlockParam)
      -> (ancestor :FoundBlockResult, result :Bool);
  # Finds the ancestor of a block at a height. `result` says whether there is one.

  findAncestorByHash @10 (context :Proxy.Context, blockHash :Data, ancestorHash :Data, ancestor :FoundBlockParam)
      -> (ancestor :FoundBlockResult, result :Bool);
  # Finds a block if it is an ancestor of another one. `result` says whether it is.

  findCommonAncestor @11 (
        context :Proxy.Context,
        blockHash1 :Data,
        blockHash2 :Data,
        ancestor :FoundBlockParam,
        block1 :FoundBlockParam,
        block2 :FoundBlockParam)
      -> (ancestor :FoundBlockResult, block1 :FoundBlockResult, block2 :FoundBlockResult, result :Bool);
  # Finds the last block that two branches share. `result` says whether all three blocks were found.

  findCoins @12 (context :Proxy.Context, coins :List(Common.Pair(Data, Data))) -> (coins :List(Common.Pair(Data, Data)));
  # Fills in the unspent outputs of a map from outpoints to coins, from the chain and the mempool.
  #
  # A key is an outpoint of 36 bytes: txid and index. A value is an output in the node's compressed
  # form, or no bytes where it is spent or unknown.

  guessVerificationProgress @13 (context :Proxy.Context, blockHash :Data) -> (result :Float64);
  # The estimated share of all transactions that are verified up to this block, from 0 to 1.

  hasBlocks @14 (context :Proxy.Context, blockHash :Data, minHeight :Int32, maxHeight :Int32, hasMaxHeight :Bool) -> (result :Bool);
  # Whether all blocks from `minHeight` to `maxHeight`, or else to the given block itself, are on
  # disk.

  isRBFOptIn @15 (context :Proxy.Context, tx :Data) -> (result :Int32);
  # Whether a transaction of the mempool can be replaced, as the number of the node's enum: 0
  # unknown, 1 replaceable, 2 final.

  isInMempool @16 (context :Proxy.Context, txid :Data) -> (result :Bool);
  # Whether the transaction is in the mempool.

  hasDescendantsInMempool @17 (context :Proxy.Context, txid :Data) -> (result :Bool);
  # Whether other transactions of the mempool spend this one.

  broadcastTransaction @18 (context :Proxy.Context, tx :Data, maxTxFee :Int64, broadcastMethod :Int32) -> (error :Text, result :Bool);
  # Adds a transaction to the mempool, passes it on, or both, as the number `broadcastMethod` says.
  #
  # `maxTxFee` is in satoshi. `result` says whether it was accepted; otherwise `error` has the
  # reason.

  getTransactionAncestry @19 (context :Proxy.Context, txid :Data)
      -> (ancestors :UInt64, descendants :UInt64, ancestorsize :UInt64, ancestorfees :Int64);
  # How many transactions of the mempool this one depends on and how many depend on it, both with
  # itself, and the size in virtual bytes and the fees in satoshi of those that it depends on.

  calculateIndividualBumpFees @20 (context :Proxy.Context, outpoints :List(Data), targetFeerate :Data) -> (result :List(Common.PairInt64(Data)));
  # For each outpoint, what spending it alone must pay on top to lift its unconfirmed ancestors to a
  # fee rate, in satoshi.

  calculateCombinedBumpFee @21 (context :Proxy.Context, outpoints :List(Data), targetFeerate :Data) -> (result :Int64, hasResult :Bool);
  # What spending all the outpoints together must pay on top to lift their unconfirmed ancestors to
  # a fee rate, in satoshi; nothing if the node cannot tell.

  getPackageLimits @22 (context :Proxy.Context) -> (ancestors :UInt32, descendants :UInt32);
  # The limits of the mempool on how many ancestors and descendants a transaction may have.

  checkChainLimits @23 (context :Proxy.Context, tx :Data) -> (result :Common.ResultVoid);
  # Whether a transaction keeps within the limits of the mempool on chains of unconfirmed ones. An
  # error that is not null says why not.

  estimateSmartFee @24 (context :Proxy.Context, numBlocks :Int32, conservative :Bool, wantCalc :Bool) -> (calc :FeeCalculation, result :Data);
  # The fee rate at which a transaction should confirm within so many blocks, or 0 where there is no
  # estimate, as 8 bytes: satoshi per 1,000 virtual bytes. `wantCalc` asks for the way to it.

  estimateMaxBlocks @25 (context :Proxy.Context) -> (result :UInt32);
  # The longest time, in blocks, for which there are estimates.

  mempoolMinFee @26 (context :Proxy.Context) -> (result :Data);
  # The fee rate below which the mempool takes nothing now, as 8 bytes: satoshi per 1,000 virtual
  # bytes.

  relayMinFee @27 (context :Proxy.Context) -> (result :Data);
  # The fee rate below which transactions are never passed on, as 8 bytes: satoshi per 1,000 virtual
  # bytes.

  relayIncrementalFee @28 (context :Proxy.Context) -> (result :Data);
  # The rise in fee rate that a replacement pays at least, as 8 bytes: satoshi per 1,000 virtual
  # bytes.

  relayDustFee @29 (context :Proxy.Context) -> (result :Data);
  # The fee rate that decides which outputs are dust, as 8 bytes: satoshi per 1,000 virtual bytes.

  havePruned @30 (context :Proxy.Context) -> (result :Bool);
  # Whether any block has been pruned.

  getPruneHeight @31 (context :Proxy.Context) -> (result :Int32, hasResult :Bool);
  # The height up to which blocks are pruned, or nothing if none is.

  isReadyToBroadcast @32 (context :Proxy.Context) -> (result :Bool);
  # Whether the node is ready to send transactions: it has caught up and loads no blocks.

  isInitialBlockDownload @33 (context :Proxy.Context) -> (result :Bool);
  # Whether the node is still catching up with the chain.

  shutdownRequested @34 (context :Proxy.Context) -> (result :Bool);
  # Whether the node is about to shut down.

  initMessage @35 (context :Proxy.Context, message :Text) -> ();
  # Shows what start-up is doing.

  initWarning @36 (context :Proxy.Context, message :Common.BilingualStr) -> ();
  # Shows a warning during start-up.

  initError @37 (context :Proxy.Context, message :Common.BilingualStr) -> ();
  # Shows an error that ends start-up.

  showProgress @38 (context :Proxy.Context, title :Text, progress :Int32, resumePossible :Bool) -> ();
  # Shows progress, in percent.

  handleNotifications @39 (context :Proxy.Context, notifications :ChainNotifications) -> (result :Handler.Handler);
  # Sends notifications to an object until the handler that is returned disconnects it or goes away.

  waitForNotificationsIfTipChanged @40 (context :Proxy.Context, oldTip :Data) -> ();
  # Waits until notifications that are due have been sent, unless the tip is still `oldTip`.

  handleRpc @41 (context :Proxy.Context, command :RPCCommand) -> (result :Handler.Handler);
  # Serves a JSON-RPC method until the handler that is returned goes away.

  rpcEnableDeprecated @42 (context :Proxy.Context, method :Text) -> (result :Bool);
  # Whether the node is set to offer a deprecated JSON-RPC method.

  getSetting @43 (context :Proxy.Context, name :Text) -> (result :Text);
  # A setting of the command line or the files, as JSON text.

  getSettingsList @44 (context :Proxy.Context, name :Text) -> (result :List(Text));
  # All values of a setting that can be given several times, as JSON texts.

  getRwSetting @45 (context :Proxy.Context, name :Text) -> (result :Text);
  # A setting of the file that the node itself writes, as JSON text.

  updateRwSetting @46 (context :Proxy.Context, name :Text, update :SettingsUpdateCallback) -> (result :Bool);
  # Lets a callback change a setting of the file that the node itself writes. `result` says whether
  # the file was written.

  overwriteRwSetting @47 (context :Proxy.Context, name :Text, value :Text, action :Int32) -> (result :Bool);
  # Replaces a setting, as JSON text, in the file that the node itself writes. The number `action`
  # says whether to write the file now.

  deleteRwSettings @48 (context :Proxy.Context, name :Text, action :Int32) -> (result :Bool);
  # Removes a setting from the file that the node itself writes. The number `action` says whether to
  # write the file now.

  requestMempoolTransactions @49 (context :Proxy.Context, notifications :ChainNotifications) -> ();
  # Tells of every transaction that is in the mempool now, as if it had just come in.

  hasAssumedValidChain @50 (context :Proxy.Context) -> (result :Bool);
  # Whether the node runs on a snapshot of the chain whose history it has not verified yet.
}

interface ChainNotifications @0x9ac9db48ba219039 {
  # What a client of the chain is told of. Calls come in the order in which things happened.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  transactionAddedToMempool @1 (context :Proxy.Context, tx :Data) -> ();
  # A transaction came into the mempool.

  transactionRemovedFromMempool @2 (context :Proxy.Context, tx :Data, reason :Int32) -> ();
  # A transaction left the mempool, for another reason than a block. `reason` is the number of the
  # node's enum.

  blockConnected @3 (context :Proxy.Context, role :ChainstateRole, block :BlockInfo) -> ();
  # A block came onto the chain that `role` tells of.

  blockDisconnected @4 (context :Proxy.Context, block :BlockInfo) -> ();
  # The last block of the active chain was taken off it.

  updatedBlockTip @5 (context :Proxy.Context) -> ();
  # The tip of the chain changed.

  chainStateFlushed @6 (context :Proxy.Context, role :ChainstateRole, locator :Data) -> ();
  # The chain is on disk up to the blocks of a locator.
}

interface ChainClient @0xe12e54f4b0c4b578 {
  # A part of the program that depends on the chain, such as the wallets, as the node starts and
  # stops it.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  registerRpcs @1 (context :Proxy.Context) -> ();
  # Offers the JSON-RPC methods of the client.

  verify @2 (context :Proxy.Context) -> (result :Bool);
  # Checks the settings and files before loading. Says whether start-up can go on.

  load @3 (context :Proxy.Context) -> (result :Bool);
  # Loads what is stored. Says whether start-up can go on.

  start @4 (context :Proxy.Context, scheduler :Void) -> ();
  # Starts working, on the scheduler of the process that is called.

  stop @5 (context :Proxy.Context) -> ();
  # Stops working and writes what has to be kept.

  setMockTime @6 (context :Proxy.Context, time :Int64) -> ();
  # Sets the clock, for tests, in seconds since 1970.

  schedulerMockForward @7 (context :Proxy.Context, deltaSeconds :Int64) -> ();
  # Moves scheduled work ahead, for tests, by so many seconds.
}

struct FeeCalculation @0x9c575d95b663f98f {
  # How a fee estimate came about.

  est @0 :EstimationResult;
  # The measurements behind it.

  reason @1 :Int32;
  # Which rule gave the estimate, as the number of the node's enum.

  desiredTarget @2 :Int32;
  # The number of blocks that was asked for.

  returnedTarget @3 :Int32;
  # The number of blocks that the estimate is for.

  bestHeight @4 :UInt32 $Proxy.name("best_height");
  # The height of the tip at the time.
}

struct EstimationResult @0xca4b3deecefab077 {
  # The measurements behind a fee estimate.

  pass @0 :EstimatorBucket;
  # The lowest range of fee rates that was good enough.

  fail @1 :EstimatorBucket;
  # The highest range of fee rates that was not.

  decay @2 :Float64;
  # How much old measurements count after each block, from 0 to 1.

  scale @3 :UInt32;
  # How many blocks one step of the measurement spans.
}

struct EstimatorBucket @0xd6d05bae012d360e {
  # What is known of the transactions in a range of fee rates.

  start @0 :Float64;
  # The lower end of the range, in satoshi per 1,000 virtual bytes.

  end @1 :Float64;
  # The upper end of the range, in satoshi per 1,000 virtual bytes.

  withinTarget @2 :Float64;
  # How many confirmed within the target, weighted by age.

  totalConfirmed @3 :Float64;
  # How many confirmed, weighted by age.

  inMempool @4 :Float64;
  # How many wait in the mempool for longer than the target.

  leftMempool @5 :Float64;
  # How many left the mempool unconfirmed after the target, weighted by age.
}

struct RPCCommand @0xcf447f100da2859a {
  # A JSON-RPC method that another process serves.

  category @0 :Text;
  # The heading under which the help lists it.

  name @1 :Text;
  # The name of the method.

  actor @2 :ActorCallback;
  # What runs it.

  argNames @3 :List(RPCArg);
  # The names of its arguments, in order.

  uniqueId @4 :Int64 $Proxy.name("unique_id");
  # A number that tells methods of one name apart.
}

struct RPCArg @0x8cb8812c575d5584 {
  # An argument of a JSON-RPC method.

  name @0 :Text;
  # Its name. Several names are separated by `|`.

  namedOnly @1 :Bool;
  # Whether it can only be given by name.
}

interface ActorCallback @0xef421ff8403487a5 {
  # Runs JSON-RPC requests.

  call @0 (context :Proxy.Context, request :JSONRPCRequest, response :Text, lastCallback :Bool)
      -> (
        error :Text $Proxy.exception("std::exception"),
        rpcError :Text $Proxy.exception("UniValue"),
        typeError :Text $Proxy.exception("UniValue::type_error"),
        helpResult :HelpResult $Proxy.exception("HelpResult"),
        response :Text,
        result :Bool);
  # Runs a request. `response` is JSON text that the method may add to; `result` says whether it has
  # answered.
  #
  # At most one of the errors is set, and then the other results mean nothing: text, a JSON-RPC
  # error as JSON text, a JSON type error, or the help that was asked for.
}

struct HelpResult @0xc38a63499212f3e4 {
  # The help of a JSON-RPC method, in place of its answer.

  message @0 :Text;
  # The text of the help.
}

struct JSONRPCRequest @0xd804f4dad81929c9 {
  # A JSON-RPC request and where it came from.

  id @0 :Text;
  # The id of the request, as JSON text.

  method @1 :Text $Proxy.name("strMethod");
  # The method to run.

  params @2 :Text;
  # The parameters, as JSON text.

  mode @3 :Int32;
  # Whether to run the method or to show its help, as the number of the node's enum: 0 is to run it.

  uri @4 :Text $Proxy.name("URI");
  # The path that the request named, such as `/` or `/wallet/NAME`.

  authUser @5 :Text;
  # The user who sent it.

  peerAddr @6 :Text;
  # The address that it came from.

  version @7 :Int32 $Proxy.name("m_json_version");
  # The version of JSON-RPC, as the number of the node's enum.
}

struct FoundBlockParam @0xedde51f40e3cad2a {
  # Which parts of a block to return.

  wantHash @0 :Bool;
  # Whether to return the hash.

  wantHeight @1 :Bool;
  # Whether to return the height.

  wantTime @2 :Bool;
  # Whether to return the time of the header.

  wantMaxTime @3 :Bool;
  # Whether to return the largest time up to the block.

  wantMtpTime @4 :Bool;
  # Whether to return the median time of the block and the ten before it.

  wantInActiveChain @5 :Bool;
  # Whether to return if the block is in the active chain.

  wantLocator @6 :Bool;
  # Whether to return a locator of the block.

  nextBlock @7 :FoundBlockParam;
  # What to return of the next block of the active chain. Null: nothing.

  wantData @8 :Bool;
  # Whether to return the block itself.
}

struct FoundBlockResult @0x980d6d9f8f8630fe {
  # The parts of a block that were asked for. The others stay unset.

  hash @0 :Data;
  # The block hash, in internal byte order.

  height @1 :Int32;
  # The distance from the genesis block.

  time @2 :Int64;
  # The time of the header, in seconds since 1970.

  maxTime @3 :Int64;
  # The largest time up to the block, in seconds since 1970.

  mtpTime @4 :Int64;
  # The median time of the block and the ten before it, in seconds since 1970.

  inActiveChain @5 :Bool;
  # 1 if the block is in the active chain, 0 if not.

  locator @6 :Data;
  # A locator that ends in the block, in the network's encoding.

  nextBlock @7 :FoundBlockResult;
  # The next block of the active chain. Null unless it was asked for.

  data @8 :Data;
  # The block in the network's encoding. Empty if it was not asked for or is not on disk.

  found @9 :Bool;
  # Whether there is such a block at all.
}

struct BlockInfo @0x9515caf33b457880 {
  # A block that came onto a chain or was taken off it.

  hash @0 :Data $Proxy.skip;
  # The block hash, in internal byte order.

  prevHash @1 :Data $Proxy.skip;
  # The hash of the block before it, in internal byte order. Null for the genesis block.

  height @2 :Int32 = -1;
  # The distance from the genesis block.

  fileNumber @3 :Int32 = -1 $Proxy.name("file_number");
  # The number of the file on disk that has the block.

  dataPos @4 :UInt32 $Proxy.name("data_pos");
  # The place of the block in its file.

  data @5 :Data $Proxy.skip;
  # The block in the network's encoding. Null where it is not at hand.

  undoData @6 :Data $Proxy.skip;
  # What takes the block off the chain again, in the node's own encoding. Null where it is not at
  # hand.

  chainTimeMax @7 :UInt32 $Proxy.name("chain_time_max");
  # The largest time up to the block, in seconds since 1970.
}

struct ChainstateRole @0xfc64a127a9c6d56a {
  # Which of the node's chains a notification is about.

  validated @0 :Bool;
  # Whether the chain is fully verified, rather than built on a snapshot.

  historical @1 :Bool;
  # Whether the chain is the one that verifies a snapshot in the background.
}

interface SettingsUpdateCallback @0x995e7b64fb44bec5 {
  # Changes a setting.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, value :Text) -> (value :Text, result :Int32, hasResult :Bool);
  # Takes the value as JSON text and returns the new one. The result is a number that says whether
  # to write the file now, or nothing to leave all as it was.
}

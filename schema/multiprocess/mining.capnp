@0xc77d03df6a41b505;
# Block templates and the tip of the chain, in Bitcoin Core's multiprocess branch.
#
# Hashes are 32 bytes in internal byte order, the reverse of the order shown to people. Blocks and
# transactions are in the network's own encoding, with witnesses. Waits are in milliseconds and
# amounts in satoshi.

using Cxx = import "/capnp/c++.capnp";
using Ipc = import "/ipc.capnp";
using Proxy = import "/mp/proxy.capnp";
using Common = import "common.capnp";
$Cxx.namespace("ipc::capnp::messages");

const maxMoney :Int64 = 2100000000000000;
# All the money that there can be, in satoshi: as a fee threshold it means that fees end no wait.

const maxDouble :Float64 = 1.7976931348623157e+308;
# The largest number of milliseconds: as a timeout it means to wait without end.

const defaultBlockReservedWeight :UInt32 = 8000;
# The weight kept free for the block header, the transaction count and the coinbase transaction.

const defaultCoinbaseOutputMaxAdditionalSigops :UInt32 = 400;
# The signature operations kept free for the outputs that a pool adds to the coinbase transaction.

interface Mining @0xf9c68436df3af39e {
  # Makes block templates, and tells when the tip of the chain changes.

  isTestChain @0 (context :Proxy.Context) -> (result :Bool);
  # Whether the node follows a test chain rather than the main chain.

  isInitialBlockDownload @1 (context :Proxy.Context) -> (result :Bool);
  # Whether the node is still catching up with the chain.

  getTip @2 (context :Proxy.Context) -> (result :Common.BlockRef, hasResult :Bool);
  # The tip of the chain, or nothing while the node has not loaded any block.

  waitTipChanged @3 (context :Proxy.Context, currentTip :Data, timeout :Float64 = 1.7976931348623157e+308) -> (result :Common.BlockRef $Ipc.nullable);
  # Waits until the tip is another block than `currentTip`, a block hash in internal byte order.
  #
  # Returns the tip when it changes, or the unchanged tip after `timeout` milliseconds. While the
  # node shuts down there is no tip to return, and the call fails.

  createNewBlock @4 (context :Proxy.Context, options :BlockCreateOptions) -> (result :BlockTemplate);
  # Makes a block template on top of the tip. Null while the node shuts down.

  checkBlock @5 (context :Proxy.Context, block :Data, options :BlockCheckOptions) -> (reason :Text, debug :Text, result :Bool);
  # Checks whether a whole block would be valid on top of the tip, without submitting it.
  #
  # `result` says whether it is; otherwise `reason` is a short code and `debug` has the details.
}

interface BlockTemplate @0xf9671ad841b2f622 {
  # A block template, kept by the node until the last handle goes away.

  destroy @0 (context :Proxy.Context) -> ();
  # Frees the template on the node, ahead of the release of the last handle.

  getBlockHeader @1 (context :Proxy.Context) -> (result :Data);
  # The block header, 80 bytes. Its nonce is not solved and its Merkle root not final.

  getBlock @2 (context :Proxy.Context) -> (result :Data);
  # The whole block with a coinbase transaction to be replaced.

  getTxFees @3 (context :Proxy.Context) -> (result :List(Int64));
  # The fee of each transaction in satoshi, without the coinbase transaction.

  getTxSigops @4 (context :Proxy.Context) -> (result :List(Int64));
  # The signature operation cost of each transaction, without the coinbase transaction.

  getCoinbaseTx @5 (context :Proxy.Context) -> (result :CoinbaseTx);
  # What the coinbase transaction of a miner's own needs to contain.

  getCoinbaseMerklePath @6 (context :Proxy.Context) -> (result :List(Data));
  # The hashes that lead from the coinbase transaction to the Merkle root, from the leaf upwards.

  submitSolution @7 (context :Proxy.Context, version :UInt32, timestamp :UInt32, nonce :UInt32, coinbase :Data) -> (result :Bool);
  # Completes the template with the fields of a solved header and the coinbase transaction, in the
  # network's encoding with witness, and submits the block.
  #
  # The result says whether it was accepted. `timestamp` is in seconds since 1970.

  waitNext @8 (context :Proxy.Context, options :BlockWaitOptions) -> (result :BlockTemplate $Ipc.nullable) $Ipc.cancelWith("interruptWait");
  # Waits for a better template: a new tip, or fees that rose by the threshold of `options`.
  #
  # When the time of `options` runs out, the node returns no template, and the call fails.

  interruptWait @9 () -> ();
  # Ends a `waitNext` that waits; without one, it ends the next.
}

struct BlockCreateOptions @0x80fca083ef81a559 {
  # How to fill a block template.

  useMempool @0 :Bool = true $Proxy.name("use_mempool");
  # Whether to take transactions from the mempool; otherwise the block stays empty.

  blockReservedWeight @1 :UInt64 = 8000 $Proxy.name("block_reserved_weight");
  # The weight to keep free for the block header, the transaction count and the coinbase
  # transaction.

  coinbaseOutputMaxAdditionalSigops @2 :UInt64 = 400 $Proxy.name("coinbase_output_max_additional_sigops");
  # The signature operations to keep free for the outputs that the miner adds to the coinbase
  # transaction.
}

struct BlockWaitOptions @0x9ba437d9de0c452e {
  # How long to wait for a better template, and what counts as better.

  timeout @0 :Float64 = 1.7976931348623157e+308 $Proxy.name("timeout");
  # The time to wait, in milliseconds. The default is to wait without end.

  feeThreshold @1 :Int64 = 2100000000000000 $Proxy.name("fee_threshold");
  # By how much the fees must rise, in satoshi. The default is a rise that cannot happen.
}

struct BlockCheckOptions @0x89f3f39b6c9dd162 {
  # Which parts of a block that is not solved yet to check.

  checkMerkleRoot @0 :Bool = true $Proxy.name("check_merkle_root");
  # Whether the header must name the Merkle root of the transactions.

  checkPow @1 :Bool = true $Proxy.name("check_pow");
  # Whether the header must have enough proof of work.
}

struct CoinbaseTx @0xdc399c6d34ae7e69 {
  # What a miner's own coinbase transaction needs to contain.

  version @0 :UInt32 $Proxy.name("version");
  # The version of the transaction.

  sequence @1 :UInt32 $Proxy.name("sequence");
  # The sequence number of its only input.

  scriptSigPrefix @2 :Data $Proxy.name("script_sig_prefix");
  # The bytes with which the script of its input starts, among them the block height. A miner may
  # append its own.

  witness @3 :Data $Proxy.name("witness");
  # The witness of its input, 32 bytes, or no bytes where the block needs none.

  blockRewardRemaining @4 :Int64 $Proxy.name("block_reward_remaining");
  # The subsidy and fees, in satoshi, less what the required outputs spend.

  requiredOutputs @5 :List(Data) $Proxy.name("required_outputs");
  # The outputs that it must have, each in the network's encoding: the witness commitment among
  # them.

  lockTime @6 :UInt32 $Proxy.name("lock_time");
  # The lock time of the transaction.
}

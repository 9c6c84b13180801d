@0xc77d03df6a41b505;
# Block templates and the tip of the chain, as Bitcoin Core v30 serves them to miners and pools.
#
# Hashes are 32 bytes in internal byte order, the reverse of the order shown to people. Blocks and
# transactions are in the network's own encoding, with witnesses. Waits are in milliseconds and
# amounts in satoshi.
#
# The options have no defaults: what is left out is zero, which differs from what the node takes by
# itself.

using Cxx = import "/capnp/c++.capnp";
using Ipc = import "/ipc.capnp";
using Proxy = import "/mp/proxy.capnp";
using Common = import "common.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Mining @0xf9c68436df3af39e {
  # Makes block templates, and tells when the tip of the chain changes.

  isTestChain @0 (context :Proxy.Context) -> (result :Bool);
  # Whether the node follows a test chain rather than the main chain.

  isInitialBlockDownload @1 (context :Proxy.Context) -> (result :Bool);
  # Whether the node is still catching up with the chain.

  getTip @2 (context :Proxy.Context) -> (result :Common.BlockRef, hasResult :Bool);
  # The tip of the chain, or nothing while the node has not loaded any block.

  waitTipChanged @3 (context :Proxy.Context, currentTip :Data, timeout :Float64) -> (result :Common.BlockRef $Ipc.nullable);
  # Waits until the tip is another block than `currentTip`, a block hash in internal byte order.
  #
  # Returns the tip when it changes, or the unchanged tip after `timeout` milliseconds. While the
  # node shuts down there is no tip to return, and the call fails.

  createNewBlock @4 (options :BlockCreateOptions) -> (result :BlockTemplate);
  # Makes a block template on top of the tip. Runs on the thread that serves all connections.

  checkBlock @5 (block :Data, options :BlockCheckOptions) -> (reason :Text, debug :Text, result :Bool);
  # Checks whether a whole block would be valid on top of the tip, without submitting it. Runs on
  # the thread that serves all connections.
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

  getCoinbaseTx @5 (context :Proxy.Context) -> (result :Data);
  # The coinbase transaction of the template, in the network's encoding.

  getCoinbaseCommitment @6 (context :Proxy.Context) -> (result :Data);
  # The script of the output that commits to the witnesses. No bytes where the block has none.

  getWitnessCommitmentIndex @7 (context :Proxy.Context) -> (result :Int32);
  # Which output of the coinbase transaction commits to the witnesses, or -1.

  getCoinbaseMerklePath @8 (context :Proxy.Context) -> (result :List(Data));
  # The hashes that lead from the coinbase transaction to the Merkle root, from the leaf upwards.

  submitSolution @9 (context :Proxy.Context, version :UInt32, timestamp :UInt32, nonce :UInt32, coinbase :Data) -> (result :Bool);
  # Completes the template with the fields of a solved header and the coinbase transaction, in the
  # network's encoding with witness, and submits the block.
  #
  # The result says whether it was accepted. `timestamp` is in seconds since 1970.

  waitNext @10 (context :Proxy.Context, options :BlockWaitOptions) -> (result :BlockTemplate $Ipc.nullable) $Ipc.cancelWith("interruptWait");
  # Waits for a better template: a new tip, or fees that rose by the threshold of `options`.
  #
  # When the time of `options` runs out, the node returns no template, and the call fails.

  interruptWait @11 () -> ();
  # Ends a `waitNext` that waits; without one, it ends the next. A server of version 30.0 does not
  # have it.
}

struct BlockCreateOptions @0x80fca083ef81a559 {
  # How to fill a block template.

  useMempool @0 :Bool $Proxy.name("use_mempool");
  # Whether to take transactions from the mempool; otherwise the block stays empty.

  blockReservedWeight @1 :UInt64 $Proxy.name("block_reserved_weight");
  # The weight to keep free for the block header, the transaction count and the coinbase
  # transaction. The node refuses less than 2,000.

  coinbaseOutputMaxAdditionalSigops @2 :UInt64 $Proxy.name("coinbase_output_max_additional_sigops");
  # The signature operations to keep free for the outputs that the miner adds to the coinbase
  # transaction.
}

struct BlockWaitOptions @0x9ba437d9de0c452e {
  # How long to wait for a better template, and what counts as better.

  timeout @0 :Float64 $Proxy.name("timeout");
  # The time to wait, in milliseconds.

  feeThreshold @1 :Int64 $Proxy.name("fee_threshold");
  # By how much the fees must rise, in satoshi. With 0, any template is better.
}

struct BlockCheckOptions @0x89f3f39b6c9dd162 {
  # Which parts of a block that is not solved yet to check.

  checkMerkleRoot @0 :Bool $Proxy.name("check_merkle_root");
  # Whether the header must name the Merkle root of the transactions.

  checkPow @1 :Bool $Proxy.name("check_pow");
  # Whether the header must have enough proof of work.
}

@0x92546c47dc734b2e;
# The node as a graphical interface runs and shows it, in Bitcoin Core's multiprocess branch.
#
# Hashes are 32 bytes in internal byte order, the reverse of the order shown to people. Amounts are
# in satoshi. Times are in seconds since 1970 and durations in seconds, unless they say otherwise.

using Cxx = import "/capnp/c++.capnp";
using Ipc = import "/ipc.capnp";
using Proxy = import "/mp/proxy.capnp";
using Common = import "common.capnp";
using Handler = import "handler.capnp";
using Wallet = import "wallet.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Node @0xece87a85e7d7c91d {
  # Starts and stops the node, shows its state, and tells when that changes.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object on the node, ahead of the release of the last handle.

  initLogging @1 (context :Proxy.Context) -> ();
  # Sets up logging as the settings say.

  initParameterInteraction @2 (context :Proxy.Context) -> ();
  # Lets settings imply others.

  getWarnings @3 (context :Proxy.Context) -> (result :Common.BilingualStr);
  # What the user should be warned of now.

  getLogCategories @4 (context :Proxy.Context) -> (result :UInt64);
  # The kinds of messages that are logged, as a set of bits.

  getExitStatus @5 (context :Proxy.Context) -> (result :Int32);
  # The exit code that the process will end with.

  baseInitialize @6 (context :Proxy.Context, globalArgs :Common.GlobalArgs) -> (error :Text $Proxy.exception("std::exception"), result :Bool);
  # Does the first part of start-up. Says whether it worked.

  appInitMain @7 (context :Proxy.Context) -> (tipInfo :BlockAndHeaderTipInfo, error :Text $Proxy.exception("std::exception"), result :Bool);
  # Does the main part of start-up, and tells of the tips found. Says whether it worked.

  appShutdown @8 (context :Proxy.Context) -> ();
  # Stops the node and writes what has to be kept.

  startShutdown @9 (context :Proxy.Context) -> ();
  # Asks the node to shut down.

  shutdownRequested @10 (context :Proxy.Context) -> (result :Bool);
  # Whether the node is about to shut down.

  isSettingIgnored @11 (name :Text) -> (result :Bool);
  # Whether the command line or the configuration file outweighs this setting of the file that the
  # node itself writes.

  getPersistentSetting @12 (name :Text) -> (result :Text);
  # A setting of the file that the node itself writes, as JSON text.

  updateRwSetting @13 (name :Text, value :Text) -> ();
  # Sets a setting, as JSON text, in the file that the node itself writes.

  forceSetting @14 (name :Text, value :Text) -> ();
  # Sets a setting, as JSON text, over all files and the command line. JSON null takes that back.

  resetSettings @15 () -> ();
  # Removes all settings from the file that the node itself writes, and keeps a copy of it.

  mapPort @16 (context :Proxy.Context, useNatPnP :Bool) -> ();
  # Turns the mapping of the node's port on the router on or off.

  getProxy @17 (context :Proxy.Context, net :Int32) -> (proxyInfo :ProxyInfo, result :Bool);
  # The proxy for a network, given by the number of the node's enum. `result` says whether there is
  # one.

  getNodeCount @18 (context :Proxy.Context, flags :Int32) -> (result :UInt64);
  # The number of connections, counted by a set of bits: 1 incoming, 2 outgoing.

  getNodesStats @19 (context :Proxy.Context) -> (stats :List(NodeStats), result :Bool);
  # The state of all connections. `result` says whether the node has any networking.

  getBanned @20 (context :Proxy.Context) -> (banmap :Banmap, result :Bool);
  # The addresses that are banned. `result` says whether the node has a list of them.

  ban @21 (context :Proxy.Context, netAddr :Data, banTimeOffset :Int64) -> (result :Bool);
  # Bans an address, in the network's encoding of version 2, for a number of seconds.

  unban @22 (context :Proxy.Context, ip :Data) -> (result :Bool);
  # Lifts the ban of a subnet, given as text in bytes.

  disconnectByAddress @23 (context :Proxy.Context, address :Data) -> (result :Bool);
  # Ends the connections to an address, in the network's encoding of version 2.

  disconnectById @24 (context :Proxy.Context, id :Int64) -> (result :Bool);
  # Ends a connection, given by its number.

  listExternalSigners @25 (context :Proxy.Context) -> (result :List(ExternalSigner));
  # The signing devices that are attached.

  getTotalBytesRecv @26 (context :Proxy.Context) -> (result :Int64);
  # How many bytes were received from the network.

  getTotalBytesSent @27 (context :Proxy.Context) -> (result :Int64);
  # How many bytes were sent to the network.

  getMempoolSize @28 (context :Proxy.Context) -> (result :UInt64);
  # How many transactions the mempool has.

  getMempoolDynamicUsage @29 (context :Proxy.Context) -> (result :UInt64);
  # How many bytes of memory the mempool takes.

  getMempoolMaxUsage @30 (context :Proxy.Context) -> (result :UInt64);
  # How many bytes of memory the mempool may take.

  getHeaderTip @31 (context :Proxy.Context) -> (height :Int32, blockTime :Int64, result :Bool);
  # The height and time of the best header. `result` says whether there is one.

  getNumBlocks @32 (context :Proxy.Context) -> (result :Int32);
  # The height of the tip.

  getNetLocalAddresses @33 (context :Proxy.Context) -> (result :List(Common.Pair(Data, LocalServiceInfo)));
  # The addresses by which the node can be reached, in the network's encoding of version 2.

  getBestBlockHash @34 (context :Proxy.Context) -> (result :Data);
  # The hash of the tip.

  getLastBlockTime @35 (context :Proxy.Context) -> (result :Int64);
  # The time of the tip.

  getVerificationProgress @36 (context :Proxy.Context) -> (result :Float64);
  # The estimated share of all transactions that are verified, from 0 to 1.

  isInitialBlockDownload @37 (context :Proxy.Context) -> (result :Bool);
  # Whether the node is still catching up with the chain.

  isLoadingBlocks @38 (context :Proxy.Context) -> (result :Bool);
  # Whether the node is reading blocks from disk, to import or to index them anew.

  setNetworkActive @39 (context :Proxy.Context, active :Bool) -> ();
  # Turns networking on or off.

  getNetworkActive @40 (context :Proxy.Context) -> (result :Bool);
  # Whether networking is on.

  getDustRelayFee @41 (context :Proxy.Context) -> (result :Data);
  # The fee rate that decides which outputs are dust, as 8 bytes: satoshi per 1,000 virtual bytes.

  executeRpc @42 (context :Proxy.Context, command :Text, params :Text, uri :Text)
      -> (
        error :Text $Proxy.exception("std::exception"),
        rpcError :Text $Proxy.exception("UniValue"),
        result :Text);
  # Runs a JSON-RPC method with parameters as JSON text, and returns its answer as JSON text.
  #
  # `uri` is the path that an HTTP request would name, such as `/` or `/wallet/NAME`. Fails with
  # text or with a JSON-RPC error as JSON text.

  listRpcCommands @43 (context :Proxy.Context) -> (result :List(Text));
  # The names of all JSON-RPC methods.

  getUnspentOutput @44 (context :Proxy.Context, output :Data) -> (result :Data);
  # The output at an outpoint of 36 bytes, in the node's compressed form. No bytes where it is spent
  # or unknown.

  broadcastTransaction @45 (context :Proxy.Context, tx :Data, maxTxFee :Int64) -> (error :Text, result :Int32);
  # Adds a transaction to the mempool and passes it on. `maxTxFee` is in satoshi.
  #
  # The result is the number of the node's enum, where 0 is success; otherwise `error` has the
  # reason.

  customWalletLoader @46 (context :Proxy.Context) -> (result :Wallet.WalletLoader) $Proxy.name("walletLoader");
  # The object that opens wallets. Null in a node without wallets.

  handleInitMessage @47 (context :Proxy.Context, callback :InitMessageCallback) -> (result :Handler.Handler);
  # Calls back with what start-up is doing.

  handleMessageBox @48 (context :Proxy.Context, callback :MessageBoxCallback) -> (result :Handler.Handler);
  # Calls back to show messages.

  handleQuestion @49 (context :Proxy.Context, callback :QuestionCallback) -> (result :Handler.Handler);
  # Calls back to ask the user.

  handleShowProgress @50 (context :Proxy.Context, callback :ShowNodeProgressCallback) -> (result :Handler.Handler);
  # Calls back to show progress.

  handleInitWallet @51 (context :Proxy.Context, callback :InitWalletCallback) -> (result :Handler.Handler);
  # Calls back when the wallets can be set up.

  handleNotifyNumConnectionsChanged @52 (context :Proxy.Context, callback :NotifyNumConnectionsChangedCallback) -> (result :Handler.Handler);
  # Calls back when the number of connections changes.

  handleNotifyNetworkActiveChanged @53 (context :Proxy.Context, callback :NotifyNetworkActiveChangedCallback) -> (result :Handler.Handler);
  # Calls back when networking is turned on or off.

  handleNotifyAlertChanged @54 (context :Proxy.Context, callback :NotifyAlertChangedCallback) -> (result :Handler.Handler);
  # Calls back when the warnings change.

  handleBannedListChanged @55 (context :Proxy.Context, callback :BannedListChangedCallback) -> (result :Handler.Handler);
  # Calls back when the list of banned addresses changes.

  handleNotifyBlockTip @56 (context :Proxy.Context, callback :NotifyBlockTipCallback) -> (result :Handler.Handler);
  # Calls back when the tip changes.

  handleNotifyHeaderTip @57 (context :Proxy.Context, callback :NotifyHeaderTipCallback) -> (result :Handler.Handler);
  # Calls back when the best header changes.
}

interface ExternalSigner @0xfbf1fccd8f75eb78 {
  # A signing device.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  getName @1 (context :Proxy.Context) -> (result :Text);
  # The name of the device.
}

interface InitMessageCallback @0x955d952241295e4c {
  # Shows what start-up is doing.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, message :Text) -> ();
  # Shows a message.
}

interface MessageBoxCallback @0xc4e60505ab00fed6 {
  # Shows messages.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, message :Common.BilingualStr, style :UInt32) -> (result :Bool);
  # Shows a message, in a style that is a set of bits. Says whether it was shown.
}

interface QuestionCallback @0xe2637348d576dcaf {
  # Asks the user.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, message :Common.BilingualStr, nonInteractiveMessage :Text, style :UInt32) -> (result :Bool);
  # Asks a question, in a style that is a set of bits; without a user it shows the other message.
  # Says whether the user agreed.
}

interface ShowNodeProgressCallback @0xa0c733bacdde6cac {
  # Shows progress.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, title :Text, progress :Int32, resumePossible :Bool) -> ();
  # Shows progress in percent, and whether it goes on after a restart.
}

interface InitWalletCallback @0x800f919151a3d94d {
  # Sets up the wallets.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context) -> ();
  # The wallets can be set up now.
}

interface NotifyNumConnectionsChangedCallback @0xd28fa815a3700dca {
  # Is told of the number of connections.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, newNumConnections :Int32) -> ();
  # There are this many connections now.
}

interface NotifyNetworkActiveChangedCallback @0x9d0290be20a9ec6c {
  # Is told when networking is turned on or off.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, networkActive :Bool) -> ();
  # Networking is on or off now.
}

interface NotifyAlertChangedCallback @0xb1691cf5ab373886 {
  # Is told of warnings.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context) -> ();
  # The warnings changed.
}

interface BannedListChangedCallback @0x93d235d8153ab33b {
  # Is told of the list of banned addresses.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context) -> ();
  # The list changed.
}

interface NotifyBlockTipCallback @0xd7a817fb90738585 {
  # Is told of the tip.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, syncState :Int32, tip :BlockTip, verificationProgress :Float64) -> ();
  # The tip changed. `syncState` is the number of the node's enum, and the progress goes from 0 to
  # 1.
}

interface NotifyHeaderTipCallback @0x9d0b34fb1eeed2c5 {
  # Is told of the best header.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, syncState :Int32, tip :BlockTip, verificationProgress :Float64) -> ();
  # The best header changed. `syncState` is the number of the node's enum, and the progress goes
  # from 0 to 1.
}

struct ProxyInfo @0xb85c2ec6d667f0df {
  # A proxy for connections of the node.

  proxy @0 :Data;
  # Its address and port, in the network's encoding of version 2.

  torStreamIsolation @1 :Bool $Proxy.name("m_tor_stream_isolation");
  # Whether each connection gets a Tor circuit of its own.
}

struct NodeStats @0xb45fb3131e4d7fe0 {
  # The state of a connection to another node.

  nodeid @0 :Int64 $Proxy.name("nodeid");
  # The number of the connection.

  lastSend @1 :Int64 $Proxy.name("m_last_send");
  # When something was last sent.

  lastRecv @2 :Int64 $Proxy.name("m_last_recv");
  # When something was last received.

  lastTXTime @3 :Int64 $Proxy.name("m_last_tx_time");
  # When a new transaction last came from it.

  lastBlockTime @4 :Int64 $Proxy.name("m_last_block_time");
  # When a new block last came from it.

  timeConnected @5 :Int64 $Proxy.name("m_connected");
  # When the connection was made.

  addrName @6 :Text $Proxy.name("m_addr_name");
  # The address as text, or the name by which it was given.

  version @7 :Int32 $Proxy.name("nVersion");
  # The version of the network protocol.

  cleanSubVer @8 :Text $Proxy.name("cleanSubVer");
  # What the other node calls itself, without letters that could do harm.

  inbound @9 :Bool $Proxy.name("fInbound");
  # Whether the other node made the connection.

  bip152HighbandwidthTo @10 :Bool $Proxy.name("m_bip152_highbandwidth_to");
  # Whether we asked it to send compact blocks at once.

  bip152HighbandwidthFrom @11 :Bool $Proxy.name("m_bip152_highbandwidth_from");
  # Whether it asked us to send compact blocks at once.

  startingHeight @12 :Int32 $Proxy.name("m_starting_height");
  # The height of its tip when the connection was made.

  sendBytes @13 :UInt64 $Proxy.name("nSendBytes");
  # How many bytes were sent.

  sendBytesPerMsgType @14 :List(Common.PairUInt64(Text)) $Proxy.name("mapSendBytesPerMsgType");
  # How many bytes were sent, by the type of message.

  recvBytes @15 :UInt64 $Proxy.name("nRecvBytes");
  # How many bytes were received.

  recvBytesPerMsgType @16 :List(Common.PairUInt64(Text)) $Proxy.name("mapRecvBytesPerMsgType");
  # How many bytes were received, by the type of message.

  permissionFlags @17 :Int32 $Proxy.name("m_permission_flags");
  # What the connection may do, as a set of bits.

  pingTime @18 :Int64 $Proxy.name("m_last_ping_time");
  # How long the last ping took, in microseconds.

  minPingTime @19 :Int64 $Proxy.name("m_min_ping_time");
  # How long the fastest ping took, in microseconds.

  addrLocal @20 :Text $Proxy.name("addrLocal");
  # Our address as the other node sees it, as text.

  addr @21 :Data $Proxy.name("addr");
  # Its address and port, in the network's encoding of version 2.

  addrBind @22 :Data $Proxy.name("addrBind");
  # Our end of the connection, in the network's encoding of version 2.

  network @23 :Int32 $Proxy.name("m_network");
  # The network, as the number of the node's enum.

  mappedAs @24 :UInt32 $Proxy.name("m_mapped_as");
  # The number of the autonomous system that it is in, or 0.

  connType @25 :Int32 $Proxy.name("m_conn_type");
  # The kind of connection, as the number of the node's enum.

  # The semicolon in the annotation is upstream's.

  transportType @26 :UInt8 $Proxy.name("m_transport_type;");
  # The transport protocol, as the number of the node's enum.

  sessionId @27 :Text $Proxy.name("m_session_id");
  # The id of the session of an encrypted transport, in hexadecimal. Empty without one.

  stateStats @28 :NodeStateStats $Proxy.skip $Ipc.nullable;
  # What is known of its chain. Null where that was not at hand.
}

struct NodeStateStats @0xecccc20ba54fece4 {
  # What is known of the chain and the behaviour of another node.

  syncHeight @0 :Int32 $Proxy.name("nSyncHeight");
  # The height of the best header that we share, or -1.

  commonHeight @1 :Int32 $Proxy.name("nCommonHeight");
  # The height of the last block that we share, or -1.

  startingHeight @2 :Int32 $Proxy.name("m_starting_height");
  # The height of its tip when the connection was made.

  pingWait @3 :Int64 $Proxy.name("m_ping_wait");
  # For how long a ping has waited for its answer, in microseconds.

  heightInFlight @4 :List(Int32) $Proxy.name("vHeightInFlight");
  # The heights of the blocks that we asked it for.

  addressesProcessed @5 :UInt64 $Proxy.name("m_addr_processed");
  # How many addresses it sent that were used.

  addressesRateLimited @6 :UInt64 $Proxy.name("m_addr_rate_limited");
  # How many addresses it sent that were over the limit.

  addressRelayEnabled @7 :Bool $Proxy.name("m_addr_relay_enabled");
  # Whether addresses are exchanged with it.

  theirServices @8 :UInt64 $Proxy.name("their_services");
  # The services that it offers, as a set of bits.

  presyncHeight @9 :Int64 $Proxy.name("presync_height");
  # The height up to which its headers were counted ahead of being stored, or -1.

  timeOffset @10 :Int64 $Proxy.name("time_offset");
  # How far its clock is ahead of ours, in seconds.
}

struct Banmap @0x8691f5ffd4852e9c {
  # The addresses that are banned.

  json @0 :Text;
  # The list as JSON text.
}

struct BlockTip @0xd507949ce6c6f781 {
  # A block at the tip of a chain.

  blockHeight @0 :Int32 $Proxy.name("block_height");
  # The distance from the genesis block.

  blockTime @1 :Int64 $Proxy.name("block_time");
  # The time of the header.

  blockHash @2 :Data $Proxy.name("block_hash");
  # The block hash, in internal byte order.
}

struct BlockAndHeaderTipInfo @0x98f8b9129f9d8bfd {
  # The tip and the best header.

  blockHeight @0 :Int32 $Proxy.name("block_height");
  # The height of the tip.

  blockTime @1 :Int64 $Proxy.name("block_time");
  # The time of the tip.

  headerHeight @2 :Int32 $Proxy.name("header_height");
  # The height of the best header.

  headerTime @3 :Int64 $Proxy.name("header_time");
  # The time of the best header.

  verificationProgress @4 :Float64 $Proxy.name("verification_progress");
  # The estimated share of all transactions that are verified, from 0 to 1.
}

struct LocalServiceInfo @0x9c8fff1696ce17ff {
  # How an address of ours was found.

  score @0 :Int32 $Proxy.name("nScore");
  # How sure it is that others can reach us there.

  port @1 :UInt16 $Proxy.name("nPort");
  # The port.
}

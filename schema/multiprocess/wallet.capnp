@0xe234cce74feea00c;
# Wallets and what opens them, in Bitcoin Core's multiprocess branch.
#
# Hashes are 32 bytes in internal byte order, the reverse of the order shown to people.
# Transactions, inputs and outputs are in the network's own encoding, outpoints are 36 bytes: txid
# and index. Amounts are in satoshi and times in seconds since 1970.

using Cxx = import "/capnp/c++.capnp";
using Ipc = import "/ipc.capnp";
using Proxy = import "/mp/proxy.capnp";
using Chain = import "chain.capnp";
using Common = import "common.capnp";
using Handler = import "handler.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Wallet @0xc5f5ca46c6495fcf {
  # An open wallet.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle. The wallet stays open.

  encryptWallet @1 (context :Proxy.Context, walletPassphrase :Data) -> (result :Bool);
  # Encrypts the wallet with a passphrase. Says whether it worked.

  isCrypted @2 (context :Proxy.Context) -> (result :Bool);
  # Whether the wallet is encrypted.

  lock @3 (context :Proxy.Context) -> (result :Bool);
  # Forgets the keys of an encrypted wallet until it is unlocked. Says whether it worked.

  unlock @4 (context :Proxy.Context, walletPassphrase :Data) -> (result :Bool);
  # Unlocks an encrypted wallet. Says whether the passphrase was right.

  isLocked @5 (context :Proxy.Context) -> (result :Bool);
  # Whether the wallet is encrypted and locked.

  changeWalletPassphrase @6 (context :Proxy.Context, oldWalletPassphrase :Data, newWalletPassphrase :Data) -> (result :Bool);
  # Changes the passphrase. Says whether the old one was right.

  abortRescan @7 (context :Proxy.Context) -> ();
  # Ends a running search of the chain for the wallet's transactions.

  backupWallet @8 (context :Proxy.Context, filename :Text) -> (result :Bool);
  # Copies the wallet to a file. Says whether it worked.

  getWalletName @9 (context :Proxy.Context) -> (result :Text);
  # The name of the wallet, which is empty for the default one.

  getNewDestination @10 (context :Proxy.Context, outputType :Int32, label :Text) -> (result :Common.Result(TxDestination));
  # Makes an address to be paid to, of a type that is the number of the wallet's enum.

  getPubKey @11 (context :Proxy.Context, script :Data, address :Data) -> (pubKey :Data, result :Bool);
  # The public key of an address: 20 bytes of key hash. `result` says whether the wallet has it.

  signMessage @12 (context :Proxy.Context, message :Text, pkhash :Data) -> (signature :Text, result :Int32);
  # Signs text with the key of an address. The result is the number of the wallet's enum, where 0 is
  # success.

  isSpendable @13 (context :Proxy.Context, dest :TxDestination) -> (result :Bool);
  # Whether the wallet can spend what was paid to this address.

  setAddressBook @14 (context :Proxy.Context, dest :TxDestination, name :Text, purpose :Int32) -> (result :Bool);
  # Stores a label for an address, and its purpose as the number of the wallet's enum.

  delAddressBook @15 (context :Proxy.Context, dest :TxDestination) -> (result :Bool);
  # Removes an address from the address book.

  getAddress @16 (context :Proxy.Context, dest :TxDestination, wantName :Bool, wantPurpose :Bool) -> (name :Text, purpose :Int32, result :Bool);
  # Looks up the label and the purpose of an address. `result` says whether it is in the address
  # book.

  getAddresses @17 (context :Proxy.Context) -> (result :List(WalletAddress));
  # All addresses of the address book.

  getAddressReceiveRequests @18 (context :Proxy.Context) -> (result :List(Data));
  # All requests for payment that are stored, each in the graphical interface's own encoding.

  setAddressReceiveRequest @19 (context :Proxy.Context, dest :TxDestination, id :Data, value :Data) -> (result :Bool);
  # Stores a request for payment with an address, or removes it if the value is empty.

  displayAddress @20 (context :Proxy.Context, dest :TxDestination) -> (result :Common.ResultVoid);
  # Shows an address on the screen of the signing device. An error that is not null says why not.

  lockCoin @21 (context :Proxy.Context, output :Data, writeToDb :Bool) -> (result :Bool);
  # Keeps an output from being chosen for spending, across restarts if `writeToDb` is set.

  unlockCoin @22 (context :Proxy.Context, output :Data) -> (result :Bool);
  # Lets an output be chosen for spending again.

  isLockedCoin @23 (context :Proxy.Context, output :Data) -> (result :Bool);
  # Whether an output is kept from being chosen for spending.

  listLockedCoins @24 (context :Proxy.Context) -> (outputs :List(Data));
  # All outputs that are kept from being chosen for spending.

  createTransaction @25 (
        context :Proxy.Context,
        recipients :List(Recipient),
        coinControl :CoinControl,
        sign :Bool,
        hasChangePos :Bool,
        changePos :UInt32)
      -> (result :Common.Result(CreatedTransactionResult));
  # Makes a transaction that pays recipients. `changePos` says which output is to be the change.

  commitTransaction @26 (context :Proxy.Context, tx :Data, valueMap :List(Common.Pair(Text, Text)), orderForm :List(Common.Pair(Text, Text))) -> ();
  # Stores a transaction with notes and passes it on.

  transactionCanBeAbandoned @27 (context :Proxy.Context, txid :Data) -> (result :Bool);
  # Whether a transaction can be given up.

  abandonTransaction @28 (context :Proxy.Context, txid :Data) -> (result :Bool);
  # Gives up a transaction, so that its inputs can be spent again. Says whether it worked.

  transactionCanBeBumped @29 (context :Proxy.Context, txid :Data) -> (result :Bool);
  # Whether a transaction can be replaced by one with a higher fee.

  createBumpTransaction @30 (context :Proxy.Context, txid :Data, coinControl :CoinControl)
      -> (errors :List(Common.BilingualStr), oldFee :Int64, newFee :Int64, mtx :Data, result :Bool);
  # Makes a replacement with a higher fee, unsigned. `result` says whether that worked; otherwise
  # `errors` says why not.

  signBumpTransaction @31 (context :Proxy.Context, mtx :Data) -> (mtx :Data, result :Bool);
  # Signs a replacement in place. Says whether it worked.

  commitBumpTransaction @32 (context :Proxy.Context, txid :Data, mtx :Data) -> (errors :List(Common.BilingualStr), bumpedTxid :Data, result :Bool);
  # Stores a replacement and passes it on. `result` says whether that worked; otherwise `errors`
  # says why not.

  getTx @33 (context :Proxy.Context, txid :Data) -> (result :Data);
  # A transaction of the wallet, or no bytes if it is unknown.

  getWalletTx @34 (context :Proxy.Context, txid :Data) -> (result :WalletTx);
  # A transaction of the wallet with what is known of it.

  getWalletTxs @35 (context :Proxy.Context) -> (result :List(WalletTx));
  # All transactions of the wallet with what is known of them.

  tryGetTxStatus @36 (context :Proxy.Context, txid :Data) -> (txStatus :WalletTxStatus, numBlocks :Int32, blockTime :Int64, result :Bool);
  # The state of a transaction, the height of the tip and the time of the block. `result` is false
  # if the wallet is busy or does not know it.

  getWalletTxDetails @37 (context :Proxy.Context, txid :Data)
      -> (
        txStatus :WalletTxStatus,
        orderForm :List(Common.Pair(Text, Text)),
        inMempool :Bool,
        numBlocks :Int32,
        result :WalletTx);
  # A transaction with its state, notes and the height of the tip.

  getBalances @38 (context :Proxy.Context) -> (result :WalletBalances);
  # The balances.

  fillPSBT @39 (context :Proxy.Context, sighashType :Int32, sign :Bool, bip32derivs :Bool, wantNSigned :Bool)
      -> (nSigned :UInt64, psbt :Data, complete :Bool, result :Int32);
  # Adds to a partially signed transaction what the wallet knows and, with `sign`, signs it.
  #
  # The result is the number of the wallet's enum, where 0 is success. `complete` says whether
  # nothing is missing.

  tryGetBalances @40 (context :Proxy.Context) -> (balances :WalletBalances, blockHash :Data, result :Bool);
  # The balances and the hash of the last block that they include. `result` is false if the wallet
  # is busy.

  getBalance @41 (context :Proxy.Context) -> (result :Int64);
  # The balance that can be spent.

  getAvailableBalance @42 (context :Proxy.Context, coinControl :CoinControl) -> (result :Int64);
  # What can be spent with these settings.

  txinIsMine @43 (context :Proxy.Context, txin :Data) -> (result :Bool);
  # Whether an input spends an output of the wallet.

  txoutIsMine @44 (context :Proxy.Context, txout :Data) -> (result :Bool);
  # Whether an output pays to the wallet.

  getDebit @45 (context :Proxy.Context, txin :Data) -> (result :Int64);
  # What an input spends of the wallet.

  getCredit @46 (context :Proxy.Context, txout :Data) -> (result :Int64);
  # What an output pays to the wallet.

  listCoins @47 (context :Proxy.Context) -> (result :List(Common.Pair(TxDestination, List(Common.Pair(Data, WalletTxOut)))));
  # The outputs that can be spent, grouped by address, each with its outpoint.

  getCoins @48 (context :Proxy.Context, outputs :List(Data)) -> (result :List(WalletTxOut));
  # The outputs at these outpoints, in order.

  getRequiredFee @49 (context :Proxy.Context, txBytes :UInt32) -> (result :Int64);
  # The lowest fee that a transaction of so many virtual bytes must pay.

  getMinimumFee @50 (
        context :Proxy.Context,
        txBytes :UInt32,
        coinControl :CoinControl,
        wantReturnedTarget :Bool,
        wantReason :Bool)
      -> (returnedTarget :Int32, reason :Int32, result :Int64);
  # The fee that a transaction of so many virtual bytes should pay, and on request the target in
  # blocks and the rule that gave it, as the number of the node's enum.

  getConfirmTarget @51 (context :Proxy.Context) -> (result :UInt32);
  # In how many blocks transactions should confirm, unless they say otherwise.

  hdEnabled @52 (context :Proxy.Context) -> (result :Bool);
  # Whether keys are derived from a seed.

  canGetAddresses @53 (context :Proxy.Context) -> (result :Bool);
  # Whether the wallet can make new addresses.

  privateKeysDisabled @54 (context :Proxy.Context) -> (result :Bool);
  # Whether the wallet has no private keys by design.

  taprootEnabled @55 (context :Proxy.Context) -> (result :Bool);
  # Whether the wallet can make taproot addresses.

  hasExternalSigner @56 (context :Proxy.Context) -> (result :Bool);
  # Whether a device signs for the wallet.

  getDefaultAddressType @57 (context :Proxy.Context) -> (result :Int32);
  # The type of new addresses, as the number of the wallet's enum.

  getDefaultMaxTxFee @58 (context :Proxy.Context) -> (result :Int64);
  # The highest fee that a transaction may pay, unless it says otherwise.

  remove @59 (context :Proxy.Context) -> ();
  # Closes the wallet.

  handleUnload @60 (context :Proxy.Context, callback :UnloadWalletCallback) -> (result :Handler.Handler);
  # Calls back before the wallet is closed.

  handleShowProgress @61 (context :Proxy.Context, callback :ShowWalletProgressCallback) -> (result :Handler.Handler);
  # Calls back to show progress.

  handleStatusChanged @62 (context :Proxy.Context, callback :StatusChangedCallback) -> (result :Handler.Handler);
  # Calls back when the wallet is locked or unlocked.

  handleAddressBookChanged @63 (context :Proxy.Context, callback :AddressBookChangedCallback) -> (result :Handler.Handler);
  # Calls back when the address book changes.

  handleTransactionChanged @64 (context :Proxy.Context, callback :TransactionChangedCallback) -> (result :Handler.Handler);
  # Calls back when a transaction comes, changes or goes.

  handleCanGetAddressesChanged @65 (context :Proxy.Context, callback :CanGetAddressesChangedCallback) -> (result :Handler.Handler);
  # Calls back when the wallet begins or ceases to be able to make addresses.
}

interface UnloadWalletCallback @0x87a230ae23c56a66 {
  # Is told when a wallet is about to be closed.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context) -> ();
  # The wallet is about to be closed.
}

interface ShowWalletProgressCallback @0xa31e41c2528bd1f1 {
  # Shows progress.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, title :Text, progress :Int32) -> ();
  # Shows progress, in percent.
}

interface StatusChangedCallback @0xde63c88146b7284e {
  # Is told when a wallet is locked or unlocked.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context) -> ();
  # The wallet was locked or unlocked.
}

interface AddressBookChangedCallback @0xad868d169d144a1b {
  # Is told of the address book.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, address :TxDestination, label :Text, isMine :Bool, purpose :Int32, status :Int32) -> ();
  # An address was added, changed or removed, as `status` says: 0, 1 or 2. The purpose is the number
  # of the wallet's enum.
}

interface TransactionChangedCallback @0x96d115fd9b806538 {
  # Is told of the transactions of a wallet.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, txid :Data, status :Int32) -> ();
  # A transaction was added, changed or removed, as `status` says: 0, 1 or 2.
}

interface CanGetAddressesChangedCallback @0xbbfeaf2e5d6b3539 {
  # Is told when a wallet begins or ceases to be able to make addresses.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context) -> ();
  # What the wallet can do has changed.
}

interface WalletLoader @0xba10da251bfac23a extends (Chain.ChainClient) {
  # Makes, opens and lists wallets.

  createWallet @0 (context :Proxy.Context, name :Text, passphrase :Text, flags :UInt64)
      -> (warning :List(Common.BilingualStr), result :Common.Result(Wallet));
  # Makes a wallet, with an empty passphrase for none, and with a set of bits that say which kind.

  loadWallet @1 (context :Proxy.Context, name :Text) -> (warning :List(Common.BilingualStr), result :Common.Result(Wallet));
  # Opens a wallet.

  getWalletDir @2 (context :Proxy.Context) -> (result :Text);
  # The folder that the wallets are in.

  restoreWallet @3 (context :Proxy.Context, backupFile :Data, name :Text, loadAfterRestore :Bool)
      -> (warning :List(Common.BilingualStr), result :Common.Result(Wallet));
  # Makes a wallet from a backup file, given by its path, and opens it if asked to.

  migrateWallet @4 (context :Proxy.Context, name :Text, passphrase :Text) -> (result :Common.Result(WalletMigrationResult));
  # Turns a wallet of the old kind into one of output descriptors.

  isEncrypted @5 (context :Proxy.Context, name :Text) -> (result :Bool);
  # Whether a wallet that need not be open is encrypted.

  listWalletDir @6 (context :Proxy.Context) -> (result :List(Common.Pair(Text, Text)));
  # The wallets in the folder: name and format.

  getWallets @7 (context :Proxy.Context) -> (result :List(Wallet));
  # All open wallets.

  handleLoadWallet @8 (context :Proxy.Context, callback :LoadWalletCallback) -> (result :Handler.Handler);
  # Calls back when a wallet is opened.
}

interface LoadWalletCallback @0x868d77561f46af8f {
  # Is told of wallets that are opened.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object, ahead of the release of the last handle.

  call @1 (context :Proxy.Context, wallet :Wallet) -> ();
  # This wallet was opened.
}

struct Key @0xb5c9f51176c0c62b {
  # A private key.

  secret @0 :Data;
  # The key, 32 bytes.

  isCompressed @1 :Bool;
  # Whether its public key is in compressed form.
}

struct TxDestination @0xe1ccbc48ef7cd882 {
  # Where an output pays to. At most one field is not null; none is where there is no address.

  pubKey @0 :Data $Ipc.nullable;
  # A public key.

  pkHash @1 :Data $Ipc.nullable;
  # The hash of a public key, 20 bytes.

  scriptHash @2 :Data $Ipc.nullable;
  # The hash of a script, 20 bytes.

  witnessV0ScriptHash @3 :Data $Ipc.nullable;
  # The hash of a witness script, 32 bytes.

  witnessV0KeyHash @4 :Data $Ipc.nullable;
  # The hash of a public key for a witness, 20 bytes.

  witnessV1Taproot @5 :Data $Ipc.nullable;
  # A taproot output key, 32 bytes.

  witnessUnknown @6 :WitnessUnknown $Ipc.nullable;
  # A witness program of a version that has no rules yet.
}

struct WitnessUnknown @0xc2a6166742989d79 {
  # A witness program of a version that has no rules yet.

  version @0 :UInt32;
  # The version, from 1 to 16.

  program @1 :Data;
  # The program, from 2 to 40 bytes.
}

struct WalletAddress @0xfb0e71648708372b {
  # An entry of the address book.

  dest @0 :TxDestination;
  # The address.

  isMine @1 :Bool $Proxy.name("is_mine");
  # Whether it is the wallet's own.

  name @2 :Text;
  # The label.

  purpose @3 :Int32;
  # What it is for, as the number of the wallet's enum.
}

struct Recipient @0x982b22690a3da9ea {
  # Whom a transaction pays.

  dest @0 :TxDestination;
  # The address.

  amount @1 :Int64 $Proxy.name("nAmount");
  # How much.

  subtractFeeFromAmount @2 :Bool $Proxy.name("fSubtractFeeFromAmount");
  # Whether the recipient bears the fee.
}

struct CoinControl @0xdbc08b904bdebc60 {
  # How to choose the inputs and the fee of a transaction.

  destChange @0 :TxDestination;
  # Where the change goes. With no address the wallet chooses.

  hasChangeType @1 :Bool;
  # Whether `changeType` is set.

  changeType @2 :Int32;
  # The type of address for the change, as the number of the wallet's enum.

  includeUnsafeInputs @3 :Bool;
  # Whether to spend unconfirmed outputs that others made.

  allowOtherInputs @4 :Bool;
  # Whether to add inputs to those that were selected.

  allowWatchOnly @5 :Bool;
  # Whether to spend outputs that the wallet only watches.

  overrideFeeRate @6 :Bool;
  # Whether `feeRate` may be outside of the usual limits.

  hasFeeRate @7 :Bool;
  # Not used: a `feeRate` that is not null is set.

  feeRate @8 :Data;
  # The fee rate, as 8 bytes: satoshi per 1,000 virtual bytes. Null leaves it to the wallet.

  hasConfirmTarget @9 :Bool;
  # Whether `confirmTarget` is set.

  confirmTarget @10 :Int32;
  # In how many blocks the transaction should confirm.

  hasSignalRbf @11 :Bool;
  # Whether `signalRbf` is set.

  signalRbf @12 :Bool;
  # Whether the transaction signals that it can be replaced.

  avoidPartialSpends @13 :Bool;
  # Whether to spend all outputs of an address or none.

  avoidAddressReuse @14 :Bool;
  # Whether to leave out outputs of addresses that were spent from before.

  feeMode @15 :Int32;
  # How to estimate the fee, as the number of the node's enum.

  minDepth @16 :Int32;
  # How many confirmations an input has at least.

  maxDepth @17 :Int32;
  # How many confirmations an input has at most.

  hasLockTime @18 :UInt32;
  # Whether `lockTime` is set: a number where one would expect a flag, and never set by C++ peers.

  lockTime @19 :UInt32;
  # The lock time of the transaction.

  hasVersion @20 :UInt32;
  # Whether `version` is set: a number where one would expect a flag, and never set by C++ peers.

  version @21 :UInt32;
  # The version of the transaction.

  hasMaxTxWeight @22 :UInt32;
  # Whether `maxTxWeight` is set: a number where one would expect a flag.

  maxTxWeight @23 :UInt32;
  # The largest weight that the transaction may have.

  setSelected @24 :List(Data);
  # The outpoints that were selected as inputs.
}

struct WalletTx @0x86892aeaef975f87 {
  # A transaction of a wallet, and what it means for the wallet.

  tx @0 :Data;
  # The transaction.

  txinIsMine @1 :List(Bool) $Proxy.name("txin_is_mine");
  # For each input, whether it spends an output of the wallet.

  txoutIsMine @2 :List(Bool) $Proxy.name("txout_is_mine");
  # For each output, whether it pays to the wallet.

  txoutIsChange @3 :List(Bool) $Proxy.name("txout_is_change");
  # For each output, whether it is change.

  txoutAddress @4 :List(TxDestination) $Proxy.name("txout_address");
  # For each output, where it pays to.

  txoutAddressIsMine @5 :List(Bool) $Proxy.name("txout_address_is_mine");
  # For each output, whether its address is the wallet's own.

  credit @6 :Int64;
  # What the outputs pay to the wallet.

  debit @7 :Int64;
  # What the inputs spend of the wallet.

  change @8 :Int64;
  # What comes back to the wallet as change.

  time @9 :Int64;
  # When the wallet learnt of it.

  valueMap @10 :List(Common.Pair(Text, Text)) $Proxy.name("value_map");
  # Notes on the transaction, by name.

  isCoinbase @11 :Bool $Proxy.name("is_coinbase");
  # Whether it is the coinbase transaction of a block.
}

struct WalletTxOut @0xefff1af99995c89f {
  # An output of a wallet.

  txout @0 :Data;
  # The output.

  time @1 :Int64;
  # When the wallet learnt of its transaction.

  depthInMainChain @2 :Int32 $Proxy.name("depth_in_main_chain");
  # How many confirmations it has. Less than 0: its transaction conflicts with one that has so many.

  isSpent @3 :Bool $Proxy.name("is_spent");
  # Whether it is spent.
}

struct WalletTxStatus @0xac78f05d040fb9e0 {
  # The state of a transaction of a wallet.

  blockHeight @0 :Int32 $Proxy.name("block_height");
  # The height of the block that has it.

  blocksToMaturity @1 :Int32 $Proxy.name("blocks_to_maturity");
  # How many blocks are missing until a coinbase transaction can be spent.

  depthInMainChain @2 :Int32 $Proxy.name("depth_in_main_chain");
  # How many confirmations it has. Less than 0: it conflicts with one that has so many.

  timeReceived @3 :UInt32 $Proxy.name("time_received");
  # When the wallet learnt of it.

  lockTime @4 :UInt32 $Proxy.name("lock_time");
  # Its lock time.

  isTrusted @5 :Bool $Proxy.name("is_trusted");
  # Whether the wallet relies on it.

  isAbandoned @6 :Bool $Proxy.name("is_abandoned");
  # Whether it was given up.

  isCoinbase @7 :Bool $Proxy.name("is_coinbase");
  # Whether it is the coinbase transaction of a block.

  isInMainChain @8 :Bool $Proxy.name("is_in_main_chain");
  # Whether a block of the active chain has it.
}

struct WalletBalances @0xf7921ca03f2518e8 {
  # The balances of a wallet.

  balance @0 :Int64;
  # What can be spent.

  unconfirmedBalance @1 :Int64 $Proxy.name("unconfirmed_balance");
  # What is not confirmed yet.

  immatureBalance @2 :Int64 $Proxy.name("immature_balance");
  # What coinbase transactions pay that cannot be spent yet.
}

struct CreatedTransactionResult @0xf0b4db97b1f942b6 {
  # A transaction that was made.

  tx @0 :Data;
  # The transaction.

  fee @1 :Int64;
  # The fee.

  feeCalc @2 :Chain.FeeCalculation $Proxy.name("fee_calc");
  # How the fee came about.

  changePos @3 :UInt32 $Proxy.name("change_pos");
  # Which output is the change.
}

struct WalletMigrationResult @0x8cba75b87c124dd7 {
  # What became of a wallet of the old kind.

  wallet @0 :Wallet;
  # The new wallet.

  watchonlyWalletName @1 :Text $Proxy.name("watchonly_wallet_name");
  # The name of a second wallet with what was only watched. Empty if there is none.

  solvablesWalletName @2 :Text $Proxy.name("solvables_wallet_name");
  # The name of a third wallet with scripts that were known but not watched. Empty if there is none.

  backupPath @3 :Text $Proxy.name("backup_path");
  # The path of a copy of the old wallet.
}

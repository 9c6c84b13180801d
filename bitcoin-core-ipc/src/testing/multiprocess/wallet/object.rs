//! An open wallet, as peers call it.

use std::sync::Arc;

use bitcoin::consensus::serialize;
use generated_examples::multiprocess::common::{self, Pair, ResultVoid};
use generated_examples::multiprocess::handler::HandlerProxy;
use generated_examples::multiprocess::wallet::*;
use ipc_runtime::Exception;

use super::account::Account;
use super::coins::Groups;
use super::create::{FEE, MAX_FEE, SIZE, TARGET, fee, minimum_fee};
use super::keys::no_device;
use super::loader::result;
use super::{bump, sent, told};
use crate::testing::chain::{Chain, State};
use crate::wallet::AddressType;

pub(super) fn object(chain: &Arc<Chain>, name: &str) -> WalletProxy {
    WalletProxy::new(OurWallet {
        chain: Arc::clone(chain),
        name: name.to_owned(),
    })
}

struct OurWallet {
    chain: Arc<Chain>,
    name: String,
}

type Note = Pair<String, String>;

impl OurWallet {
    /// What a method does, unless there is a fault for it.
    async fn run<T>(
        &self,
        method: &str,
        with: impl FnOnce(&mut Account, &mut State) -> T,
    ) -> Result<T, Exception> {
        self.chain.enter(method).await?;
        Ok(self.chain.change(|state| state.account(&self.name, with)))
    }
}

/// Methods that look at the wallet and the node, or change them. What may fail is read first.
macro_rules! answers {
    ($(
        $method:literal $name:ident($($parameter:ident: $type:ty),*) -> $result:ty
        $(, reading $read:pat = $reading:expr)?;
        |$account:pat_param, $state:pat_param| $does:expr;
    )*) => {$(
        async fn $name(&self, $($parameter: $type),*) -> Result<$result, Exception> {
            $(let $read = $reading;)?
            self.run($method, |$account, $state| $does).await
        }
    )*};
}

/// Methods that subscribe.
macro_rules! handlers {
    ($($method:literal $name:ident($callback:ty): $subscribe:ident;)*) => {$(
        async fn $name(&self, callback: $callback) -> Result<HandlerProxy, Exception> {
            self.chain.enter($method).await?;
            Ok(told::$subscribe(&self.chain, &self.name, callback))
        }
    )*};
}

impl Wallet for OurWallet {
    answers! {
        // The wallet itself.
        "Wallet.getWalletName" get_wallet_name() -> String;
            |account, _| account.name.clone();
        "Wallet.abortRescan" abort_rescan() -> ();
            |_, _| ();
        "Wallet.backupWallet" backup_wallet(filename: String) -> bool;
            |account, state| account.back_up(state, filename);
        "Wallet.hdEnabled" hd_enabled() -> bool;
            |_, _| true;
        "Wallet.privateKeysDisabled" private_keys_disabled() -> bool;
            |account, _| account.has_no_private_keys();
        "Wallet.taprootEnabled" taproot_enabled() -> bool;
            |_, _| true;
        "Wallet.hasExternalSigner" has_external_signer() -> bool;
            |account, _| account.has_external_signer();
        "Wallet.remove" remove() -> ();
            |account, state| account.close(state);

        // Keys under a passphrase.
        "Wallet.encryptWallet" encrypt_wallet(passphrase: Vec<u8>) -> bool;
            |account, state| account.encrypt(state, passphrase);
        "Wallet.isCrypted" is_crypted() -> bool;
            |account, _| account.passphrase.is_some();
        "Wallet.lock" lock() -> bool;
            |account, state| account.lock(state);
        "Wallet.unlock" unlock(passphrase: Vec<u8>) -> bool;
            |account, state| account.unlock(state, &passphrase);
        "Wallet.isLocked" is_locked() -> bool;
            |account, _| account.locked;
        "Wallet.changeWalletPassphrase" change_wallet_passphrase(
            old: Vec<u8>, new: Vec<u8>
        ) -> bool;
            |account, _| account.change_passphrase(&old, new);

        // Addresses.
        "Wallet.getNewDestination" get_new_destination(
            kind: i32, label: String
        ) -> common::Result<TxDestination>;
            |account, state| result(account.new_destination(state, kind.into(), label));
        "Wallet.canGetAddresses" can_get_addresses() -> bool;
            |account, _| !account.no_addresses;
        "Wallet.getDefaultAddressType" get_default_address_type() -> i32;
            |_, _| AddressType::Bech32.into();
        "Wallet.getPubKey" get_pub_key(_script: Vec<u8>, hash: Vec<u8>) -> WalletGetPubKeyResults;
            |account, _| account.public_key(&hash);
        "Wallet.signMessage" sign_message(
            message: String, hash: Vec<u8>
        ) -> WalletSignMessageResults;
            |account, _| account.sign_message(&message, &hash);
        "Wallet.isSpendable" is_spendable(dest: TxDestination) -> bool,
            reading address = sent::address(dest)?;
            |account, _| account.addresses.contains(&address);
        "Wallet.displayAddress" display_address(_dest: TxDestination) -> ResultVoid;
            |_, _| no_device();

        // The address book.
        "Wallet.setAddressBook" set_address_book(dest: TxDestination, label: String, purpose: i32) -> bool,
            reading address = sent::address(dest)?;
            |account, state| account.set_label(state, &address, label, purpose);
        "Wallet.delAddressBook" del_address_book(dest: TxDestination) -> bool,
            reading address = sent::address(dest)?;
            |account, state| account.remove_label(state, &address);
        "Wallet.getAddress" get_address(dest: TxDestination, _name: bool, _purpose: bool) -> WalletGetAddressResults,
            reading address = sent::address(dest)?;
            |account, _| account.label(&address);
        "Wallet.getAddresses" get_addresses() -> Vec<WalletAddress>;
            |account, _| account.labels();
        "Wallet.getAddressReceiveRequests" get_address_receive_requests() -> Vec<Vec<u8>>;
            |account, _| account.requests.values().cloned().collect();
        "Wallet.setAddressReceiveRequest" set_address_receive_request(
            dest: TxDestination, id: Vec<u8>, value: Vec<u8>
        ) -> bool,
            reading address = sent::address(dest)?;
            |account, _| account.set_request(address, id, value);

        // Coins.
        "Wallet.lockCoin" lock_coin(output: Vec<u8>, _write_to_db: bool) -> bool,
            reading coin = sent::coin(&output)?;
            |account, _| account.output(coin).is_some() && account.locked_coins.insert(coin);
        "Wallet.unlockCoin" unlock_coin(output: Vec<u8>) -> bool,
            reading coin = sent::coin(&output)?;
            |account, _| account.locked_coins.remove(&coin);
        "Wallet.isLockedCoin" is_locked_coin(output: Vec<u8>) -> bool,
            reading coin = sent::coin(&output)?;
            |account, _| account.locked_coins.contains(&coin);
        "Wallet.listLockedCoins" list_locked_coins() -> Vec<Vec<u8>>;
            |account, _| account.locked_coins.iter().map(serialize).collect();
        "Wallet.listCoins" list_coins() -> Groups;
            |account, state| account.groups(state);
        "Wallet.getCoins" get_coins(outputs: Vec<Vec<u8>>) -> Vec<WalletTxOut>,
            reading coins = sent::coins(&outputs)?;
            |account, state| coins.into_iter().map(|coin| account.wire_coin(state, coin)).collect();
        "Wallet.txinIsMine" txin_is_mine(txin: Vec<u8>) -> bool,
            reading input = sent::read(&txin)?;
            |account, _| account.debit_of(&input) > 0;
        "Wallet.txoutIsMine" txout_is_mine(txout: Vec<u8>) -> bool,
            reading output = sent::read(&txout)?;
            |account, _| account.is_mine(&output);
        "Wallet.getDebit" get_debit(txin: Vec<u8>) -> i64,
            reading input = sent::read(&txin)?;
            |account, _| account.debit_of(&input);
        "Wallet.getCredit" get_credit(txout: Vec<u8>) -> i64,
            reading output = sent::read(&txout)?;
            |account, _| account.credit_of(&output);

        // Making transactions.
        "Wallet.createTransaction" create_transaction(
            to: Vec<Recipient>, control: CoinControl, sign: bool, change: Option<u32>
        ) -> common::Result<CreatedTransactionResult>;
            |account, state| result(account.create(state, &to, &control, sign, change));
        "Wallet.commitTransaction" commit_transaction(tx: Vec<u8>, notes: Vec<Note>, order_form: Vec<Note>) -> (),
            reading transaction = sent::read(&tx)?;
            |account, state| account.commit_sent(state, transaction, notes, order_form);
        "Wallet.getRequiredFee" get_required_fee(size: u32) -> i64;
            |_, _| FEE * i64::from(size) / SIZE;
        "Wallet.getMinimumFee" get_minimum_fee(
            size: u32, control: CoinControl, _target: bool, _reason: bool
        ) -> WalletGetMinimumFeeResults,
            reading fee = fee(&control, size.into()).map_err(Exception::failed)?;
            |_, _| minimum_fee(fee);
        "Wallet.getConfirmTarget" get_confirm_target() -> u32;
            |_, _| TARGET;
        "Wallet.getDefaultMaxTxFee" get_default_max_tx_fee() -> i64;
            |_, _| MAX_FEE;

        // Replacing and giving up transactions.
        "Wallet.transactionCanBeAbandoned" transaction_can_be_abandoned(txid: Vec<u8>) -> bool,
            reading txid = sent::txid(&txid)?;
            |account, state| account.can_be_abandoned(state, txid);
        "Wallet.abandonTransaction" abandon_transaction(txid: Vec<u8>) -> bool,
            reading txid = sent::txid(&txid)?;
            |account, state| account.abandon(state, txid);
        "Wallet.transactionCanBeBumped" transaction_can_be_bumped(txid: Vec<u8>) -> bool,
            reading txid = sent::txid(&txid)?;
            |account, state| account.can_be_bumped(state, txid);
        "Wallet.createBumpTransaction" create_bump_transaction(
            txid: Vec<u8>, control: CoinControl
        ) -> WalletCreateBumpTransactionResults,
            reading txid = sent::txid(&txid)?;
            |account, state| bump::made(account.bump(state, txid, &control));
        "Wallet.signBumpTransaction" sign_bump_transaction(mtx: Vec<u8>) -> WalletSignBumpTransactionResults,
            reading transaction = sent::read(&mtx)?;
            |account, _| account.sign_bump(transaction);
        "Wallet.commitBumpTransaction" commit_bump_transaction(
            txid: Vec<u8>, mtx: Vec<u8>
        ) -> WalletCommitBumpTransactionResults,
            reading (txid, transaction) = (sent::txid(&txid)?, sent::read(&mtx)?);
            |account, state| bump::committed(account.replace(state, txid, transaction));

        // Transactions.
        "Wallet.getTx" get_tx(txid: Vec<u8>) -> Vec<u8>,
            reading txid = sent::txid(&txid)?;
            |account, _| account.raw(txid);
        "Wallet.getWalletTx" get_wallet_tx(txid: Vec<u8>) -> WalletTx,
            reading txid = sent::txid(&txid)?;
            |account, _| account.wire_or_none(txid);
        "Wallet.getWalletTxs" get_wallet_txs() -> Vec<WalletTx>;
            |account, _| account.transactions.iter().map(|known| account.wire(known)).collect();
        "Wallet.tryGetTxStatus" try_get_tx_status(txid: Vec<u8>) -> WalletTryGetTxStatusResults,
            reading txid = sent::txid(&txid)?;
            |account, state| account.update(state, txid);
        "Wallet.getWalletTxDetails" get_wallet_tx_details(txid: Vec<u8>) -> WalletGetWalletTxDetailsResults,
            reading txid = sent::txid(&txid)?;
            |account, state| account.details(state, txid);

        // Balances.
        "Wallet.getBalances" get_balances() -> WalletBalances;
            |account, state| sent::balances(account.balances(state));
        "Wallet.tryGetBalances" try_get_balances() -> WalletTryGetBalancesResults;
            |account, state| account.balances_at(state);
        "Wallet.getBalance" get_balance() -> i64;
            |account, state| account.balances(state).trusted.0;
        "Wallet.getAvailableBalance" get_available_balance(control: CoinControl) -> i64;
            |account, state| account.available(state, &control);
    }

    handlers! {
        "Wallet.handleUnload" handle_unload(UnloadWalletCallbackProxy): unload;
        "Wallet.handleShowProgress" handle_show_progress(ShowWalletProgressCallbackProxy): progress;
        "Wallet.handleStatusChanged" handle_status_changed(StatusChangedCallbackProxy): status;
        "Wallet.handleAddressBookChanged" handle_address_book_changed(AddressBookChangedCallbackProxy): address_book;
        "Wallet.handleTransactionChanged" handle_transaction_changed(TransactionChangedCallbackProxy): transactions;
        "Wallet.handleCanGetAddressesChanged" handle_can_get_addresses_changed(CanGetAddressesChangedCallbackProxy): can_get_addresses;
    }
}

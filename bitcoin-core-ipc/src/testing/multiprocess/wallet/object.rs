//! An open wallet, as peers call it.

use std::sync::Arc;

use bitcoin::consensus::{deserialize, serialize};
use bitcoin::hashes::Hash;
use generated_examples::multiprocess::common::{self, BilingualStr, Pair, ResultVoid};
use generated_examples::multiprocess::handler::HandlerProxy;
use generated_examples::multiprocess::wallet::*;
use ipc_runtime::Exception;

use super::account::{Account, is_in_mempool};
use super::create::{FEE, SIZE, fee, set_signatures};
use super::loader::result;
use super::transactions::now;
use super::{sent, told};
use crate::message::Message;
use crate::testing::chain::{Chain, State};
use crate::wallet::{AddressType, Balances, Destination};

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

/// The blocks in which transactions should confirm.
const TARGET: u32 = 6;
/// In satoshi.
const MAX_FEE: i64 = 10_000_000;
/// As nodes say that the mempool takes nothing less.
const MEMPOOL_MIN: i32 = 5;

impl OurWallet {
    /// The beginning of every method, and what it does.
    async fn run<T>(
        &self,
        method: &str,
        with: impl FnOnce(&mut Account, &mut State) -> T,
    ) -> Result<T, Exception> {
        self.chain.enter(method).await?;
        Ok(self.chain.change(|state| state.account(&self.name, with)))
    }
}

fn words(why: String) -> Vec<BilingualStr> {
    vec![BilingualStr::from(Message::new(why))]
}

impl Wallet for OurWallet {
    async fn encrypt_wallet(&self, passphrase: Vec<u8>) -> Result<bool, Exception> {
        self.run("Wallet.encryptWallet", |account, state| {
            account.encrypt(state, passphrase)
        })
        .await
    }

    async fn is_crypted(&self) -> Result<bool, Exception> {
        self.run("Wallet.isCrypted", |account, _| {
            account.passphrase.is_some()
        })
        .await
    }

    async fn lock(&self) -> Result<bool, Exception> {
        self.run("Wallet.lock", |account, state| account.lock(state))
            .await
    }

    async fn unlock(&self, passphrase: Vec<u8>) -> Result<bool, Exception> {
        self.run("Wallet.unlock", |account, state| {
            account.unlock(state, &passphrase)
        })
        .await
    }

    async fn is_locked(&self) -> Result<bool, Exception> {
        self.run("Wallet.isLocked", |account, _| account.locked)
            .await
    }

    async fn change_wallet_passphrase(
        &self,
        old: Vec<u8>,
        new: Vec<u8>,
    ) -> Result<bool, Exception> {
        self.run("Wallet.changeWalletPassphrase", |account, _| {
            account.change_passphrase(&old, new)
        })
        .await
    }

    async fn abort_rescan(&self) -> Result<(), Exception> {
        self.run("Wallet.abortRescan", |_, _| ()).await
    }

    async fn backup_wallet(&self, filename: String) -> Result<bool, Exception> {
        self.run("Wallet.backupWallet", |account, state| {
            if filename.is_empty() {
                return false;
            }
            let backups = &mut state.multiprocess.wallets.backups;
            backups.insert(filename, account.clone());
            true
        })
        .await
    }

    async fn get_wallet_name(&self) -> Result<String, Exception> {
        self.run("Wallet.getWalletName", |account, _| account.name.clone())
            .await
    }

    async fn get_new_destination(
        &self,
        output_type: i32,
        label: String,
    ) -> Result<common::Result<TxDestination>, Exception> {
        self.run("Wallet.getNewDestination", |account, state| {
            if account.no_addresses {
                return result(Err("Error: This wallet has no available keys".to_owned()));
            }
            let made = account.new_address(AddressType::from(output_type));
            result(match made {
                None => Err("Error: There are no addresses of this type".to_owned()),
                Some(address) => {
                    account.set_label(state, &address, label, 0);
                    Ok(address.wire())
                }
            })
        })
        .await
    }

    async fn get_pub_key(
        &self,
        _script: Vec<u8>,
        hash: Vec<u8>,
    ) -> Result<WalletGetPubKeyResults, Exception> {
        self.run("Wallet.getPubKey", |account, _| {
            let result = account.has_key(&hash);
            let pub_key = match result {
                true => [&[2], &hash[..], &[0; 12]].concat(),
                false => Vec::new(),
            };
            WalletGetPubKeyResults { pub_key, result }
        })
        .await
    }

    async fn sign_message(
        &self,
        message: String,
        hash: Vec<u8>,
    ) -> Result<WalletSignMessageResults, Exception> {
        self.run("Wallet.signMessage", |account, _| {
            let result = match (account.has_key(&hash), account.can_sign()) {
                (false, _) => 1,
                (true, false) => 2,
                (true, true) => 0,
            };
            let signature = match result {
                0 => format!("signed: {message}"),
                _ => String::new(),
            };
            WalletSignMessageResults { signature, result }
        })
        .await
    }

    async fn is_spendable(&self, dest: TxDestination) -> Result<bool, Exception> {
        let address = sent::address(dest)?;
        self.run("Wallet.isSpendable", |account, _| {
            account.addresses.contains(&address)
        })
        .await
    }

    async fn set_address_book(
        &self,
        dest: TxDestination,
        name: String,
        purpose: i32,
    ) -> Result<bool, Exception> {
        let address = sent::address(dest)?;
        self.run("Wallet.setAddressBook", |account, state| {
            account.set_label(state, &address, name, purpose)
        })
        .await
    }

    async fn del_address_book(&self, dest: TxDestination) -> Result<bool, Exception> {
        let address = sent::address(dest)?;
        self.run("Wallet.delAddressBook", |account, state| {
            account.remove_label(state, &address)
        })
        .await
    }

    async fn get_address(
        &self,
        dest: TxDestination,
        want_name: bool,
        want_purpose: bool,
    ) -> Result<WalletGetAddressResults, Exception> {
        let address = sent::address(dest)?;
        self.run("Wallet.getAddress", |account, _| {
            let entry = account.book.get(&address);
            WalletGetAddressResults {
                name: entry.filter(|_| want_name).map(|(label, _)| label.clone()),
                purpose: entry.filter(|_| want_purpose).map(|(_, purpose)| *purpose),
                result: entry.is_some(),
            }
        })
        .await
    }

    async fn get_addresses(&self) -> Result<Vec<WalletAddress>, Exception> {
        self.run("Wallet.getAddresses", |account, _| {
            let entry =
                |(address, (label, purpose)): (&Destination, &(String, i32))| WalletAddress {
                    dest: address.wire(),
                    is_mine: account.addresses.contains(address),
                    name: label.clone(),
                    purpose: *purpose,
                };
            account.book.iter().map(entry).collect()
        })
        .await
    }

    async fn get_address_receive_requests(&self) -> Result<Vec<Vec<u8>>, Exception> {
        self.run("Wallet.getAddressReceiveRequests", |account, _| {
            account.requests.values().cloned().collect()
        })
        .await
    }

    async fn set_address_receive_request(
        &self,
        dest: TxDestination,
        id: Vec<u8>,
        value: Vec<u8>,
    ) -> Result<bool, Exception> {
        let address = sent::address(dest)?;
        self.run("Wallet.setAddressReceiveRequest", |account, _| {
            match value.is_empty() {
                true => account.requests.remove(&(address, id)),
                false => account.requests.insert((address, id), value),
            };
            true
        })
        .await
    }

    async fn display_address(&self, _dest: TxDestination) -> Result<ResultVoid, Exception> {
        self.run("Wallet.displayAddress", |_, _| ResultVoid {
            error: words("There is no signing device".to_owned()).pop(),
        })
        .await
    }

    async fn lock_coin(&self, output: Vec<u8>, _write_to_db: bool) -> Result<bool, Exception> {
        let coin = sent::coin(&output)?;
        self.run("Wallet.lockCoin", |account, _| {
            account.output(coin).is_some() && account.locked_coins.insert(coin)
        })
        .await
    }

    async fn unlock_coin(&self, output: Vec<u8>) -> Result<bool, Exception> {
        let coin = sent::coin(&output)?;
        self.run("Wallet.unlockCoin", |account, _| {
            account.locked_coins.remove(&coin)
        })
        .await
    }

    async fn is_locked_coin(&self, output: Vec<u8>) -> Result<bool, Exception> {
        let coin = sent::coin(&output)?;
        self.run("Wallet.isLockedCoin", |account, _| {
            account.locked_coins.contains(&coin)
        })
        .await
    }

    async fn list_locked_coins(&self) -> Result<Vec<Vec<u8>>, Exception> {
        self.run("Wallet.listLockedCoins", |account, _| {
            account.locked_coins.iter().map(serialize).collect()
        })
        .await
    }

    async fn create_transaction(
        &self,
        recipients: Vec<Recipient>,
        coin_control: CoinControl,
        sign: bool,
        change_pos: Option<u32>,
    ) -> Result<common::Result<CreatedTransactionResult>, Exception> {
        self.run("Wallet.createTransaction", |account, state| {
            result(account.create(state, &recipients, &coin_control, sign, change_pos))
        })
        .await
    }

    async fn commit_transaction(
        &self,
        tx: Vec<u8>,
        value_map: Vec<Pair<String, String>>,
        order_form: Vec<Pair<String, String>>,
    ) -> Result<(), Exception> {
        let transaction = sent::transaction(&tx)?;
        self.run("Wallet.commitTransaction", |account, state| {
            account.commit(
                state,
                transaction,
                sent::notes(value_map),
                sent::notes(order_form),
            );
        })
        .await
    }

    async fn transaction_can_be_abandoned(&self, txid: Vec<u8>) -> Result<bool, Exception> {
        let txid = sent::txid(&txid)?;
        self.run("Wallet.transactionCanBeAbandoned", |account, state| {
            account.can_be_abandoned(state, txid)
        })
        .await
    }

    async fn abandon_transaction(&self, txid: Vec<u8>) -> Result<bool, Exception> {
        let txid = sent::txid(&txid)?;
        self.run("Wallet.abandonTransaction", |account, state| {
            account.abandon(state, txid)
        })
        .await
    }

    async fn transaction_can_be_bumped(&self, txid: Vec<u8>) -> Result<bool, Exception> {
        let txid = sent::txid(&txid)?;
        self.run("Wallet.transactionCanBeBumped", |account, state| {
            account.can_be_bumped(state, txid)
        })
        .await
    }

    async fn create_bump_transaction(
        &self,
        txid: Vec<u8>,
        coin_control: CoinControl,
    ) -> Result<WalletCreateBumpTransactionResults, Exception> {
        let txid = sent::txid(&txid)?;
        self.run(
            "Wallet.createBumpTransaction",
            |account, state| match account.bump(state, txid, &coin_control) {
                Ok(made) => WalletCreateBumpTransactionResults {
                    errors: Vec::new(),
                    old_fee: made.old_fee,
                    new_fee: made.new_fee,
                    mtx: serialize(&made.transaction),
                    result: true,
                },
                Err(why) => WalletCreateBumpTransactionResults {
                    errors: words(why),
                    old_fee: 0,
                    new_fee: 0,
                    mtx: Vec::new(),
                    result: false,
                },
            },
        )
        .await
    }

    async fn sign_bump_transaction(
        &self,
        mtx: Vec<u8>,
    ) -> Result<WalletSignBumpTransactionResults, Exception> {
        let mut transaction = sent::transaction(&mtx)?;
        self.run("Wallet.signBumpTransaction", |account, _| {
            let result = account.can_sign();
            if result {
                set_signatures(&mut transaction);
            }
            WalletSignBumpTransactionResults {
                mtx: serialize(&transaction),
                result,
            }
        })
        .await
    }

    async fn commit_bump_transaction(
        &self,
        txid: Vec<u8>,
        mtx: Vec<u8>,
    ) -> Result<WalletCommitBumpTransactionResults, Exception> {
        let txid = sent::txid(&txid)?;
        let transaction = sent::transaction(&mtx)?;
        self.run(
            "Wallet.commitBumpTransaction",
            |account, state| match account.replace(state, txid, transaction) {
                Ok(txid) => WalletCommitBumpTransactionResults {
                    errors: Vec::new(),
                    bumped_txid: txid.to_byte_array().to_vec(),
                    result: true,
                },
                Err(why) => WalletCommitBumpTransactionResults {
                    errors: words(why),
                    bumped_txid: Vec::new(),
                    result: false,
                },
            },
        )
        .await
    }

    async fn get_tx(&self, txid: Vec<u8>) -> Result<Vec<u8>, Exception> {
        let txid = sent::txid(&txid)?;
        self.run("Wallet.getTx", |account, _| {
            account
                .known(txid)
                .map_or_else(Vec::new, |known| serialize(&known.transaction))
        })
        .await
    }

    async fn get_wallet_tx(&self, txid: Vec<u8>) -> Result<WalletTx, Exception> {
        let txid = sent::txid(&txid)?;
        self.run("Wallet.getWalletTx", |account, _| {
            account
                .known(txid)
                .map(|known| account.wire(known))
                .unwrap_or_default()
        })
        .await
    }

    async fn get_wallet_txs(&self) -> Result<Vec<WalletTx>, Exception> {
        self.run("Wallet.getWalletTxs", |account, _| {
            account
                .transactions
                .iter()
                .map(|known| account.wire(known))
                .collect()
        })
        .await
    }

    async fn try_get_tx_status(
        &self,
        txid: Vec<u8>,
    ) -> Result<WalletTryGetTxStatusResults, Exception> {
        let txid = sent::txid(&txid)?;
        self.run("Wallet.tryGetTxStatus", |account, state| {
            let known = account.known(txid);
            WalletTryGetTxStatusResults {
                tx_status: known
                    .map(|it| account.status(state, it))
                    .unwrap_or_default(),
                num_blocks: sent::number(state.blocks.len() - 1),
                block_time: now(state).into(),
                result: known.is_some(),
            }
        })
        .await
    }

    async fn get_wallet_tx_details(
        &self,
        txid: Vec<u8>,
    ) -> Result<WalletGetWalletTxDetailsResults, Exception> {
        let txid = sent::txid(&txid)?;
        self.run("Wallet.getWalletTxDetails", |account, state| {
            let known = account.known(txid);
            WalletGetWalletTxDetailsResults {
                tx_status: known
                    .map(|it| account.status(state, it))
                    .unwrap_or_default(),
                order_form: known
                    .map(|it| sent::pairs(&it.order_form))
                    .unwrap_or_default(),
                in_mempool: is_in_mempool(state, txid),
                num_blocks: sent::number(state.blocks.len() - 1),
                result: known.map(|it| account.wire(it)).unwrap_or_default(),
            }
        })
        .await
    }

    async fn get_balances(&self) -> Result<WalletBalances, Exception> {
        self.run("Wallet.getBalances", |account, state| {
            wire(account.balances(state))
        })
        .await
    }

    async fn try_get_balances(&self) -> Result<WalletTryGetBalancesResults, Exception> {
        self.run("Wallet.tryGetBalances", |account, state| {
            WalletTryGetBalancesResults {
                balances: wire(account.balances(state)),
                block_hash: state.tip_hash().to_byte_array().to_vec(),
                result: true,
            }
        })
        .await
    }

    async fn get_balance(&self) -> Result<i64, Exception> {
        self.run("Wallet.getBalance", |account, state| {
            account.balances(state).trusted.0
        })
        .await
    }

    async fn get_available_balance(&self, coin_control: CoinControl) -> Result<i64, Exception> {
        self.run("Wallet.getAvailableBalance", |account, state| {
            account.available(state, &coin_control)
        })
        .await
    }

    async fn txin_is_mine(&self, txin: Vec<u8>) -> Result<bool, Exception> {
        let input = deserialize(&txin).map_err(Exception::failed)?;
        self.run("Wallet.txinIsMine", |account, _| {
            account.debit_of(&input) > 0
        })
        .await
    }

    async fn txout_is_mine(&self, txout: Vec<u8>) -> Result<bool, Exception> {
        let output = deserialize(&txout).map_err(Exception::failed)?;
        self.run("Wallet.txoutIsMine", |account, _| account.is_mine(&output))
            .await
    }

    async fn get_debit(&self, txin: Vec<u8>) -> Result<i64, Exception> {
        let input = deserialize(&txin).map_err(Exception::failed)?;
        self.run("Wallet.getDebit", |account, _| account.debit_of(&input))
            .await
    }

    async fn get_credit(&self, txout: Vec<u8>) -> Result<i64, Exception> {
        let output = deserialize(&txout).map_err(Exception::failed)?;
        self.run("Wallet.getCredit", |account, _| account.credit_of(&output))
            .await
    }

    async fn list_coins(
        &self,
    ) -> Result<Vec<Pair<TxDestination, Vec<Pair<Vec<u8>, WalletTxOut>>>>, Exception> {
        self.run("Wallet.listCoins", |account, state| account.groups(state))
            .await
    }

    async fn get_coins(&self, outputs: Vec<Vec<u8>>) -> Result<Vec<WalletTxOut>, Exception> {
        let coins = outputs.iter().map(|output| sent::coin(output));
        let coins = coins.collect::<Result<Vec<_>, _>>()?;
        self.run("Wallet.getCoins", |account, state| {
            coins
                .into_iter()
                .map(|coin| account.wire_coin(state, coin))
                .collect()
        })
        .await
    }

    async fn get_required_fee(&self, tx_bytes: u32) -> Result<i64, Exception> {
        self.run("Wallet.getRequiredFee", |_, _| {
            FEE * i64::from(tx_bytes) / SIZE
        })
        .await
    }

    async fn get_minimum_fee(
        &self,
        tx_bytes: u32,
        coin_control: CoinControl,
        want_returned_target: bool,
        want_reason: bool,
    ) -> Result<WalletGetMinimumFeeResults, Exception> {
        self.chain.enter("Wallet.getMinimumFee").await?;
        let fee = fee(&coin_control, i64::from(tx_bytes)).map_err(Exception::failed)?;
        Ok(WalletGetMinimumFeeResults {
            returned_target: want_returned_target.then_some(0),
            reason: want_reason.then_some(MEMPOOL_MIN),
            result: fee,
        })
    }

    async fn get_confirm_target(&self) -> Result<u32, Exception> {
        self.run("Wallet.getConfirmTarget", |_, _| TARGET).await
    }

    async fn hd_enabled(&self) -> Result<bool, Exception> {
        self.run("Wallet.hdEnabled", |_, _| true).await
    }

    async fn can_get_addresses(&self) -> Result<bool, Exception> {
        self.run("Wallet.canGetAddresses", |account, _| !account.no_addresses)
            .await
    }

    async fn private_keys_disabled(&self) -> Result<bool, Exception> {
        self.run("Wallet.privateKeysDisabled", |account, _| {
            account.flags & super::loader::NO_PRIVATE_KEYS != 0
        })
        .await
    }

    async fn taproot_enabled(&self) -> Result<bool, Exception> {
        self.run("Wallet.taprootEnabled", |_, _| true).await
    }

    async fn has_external_signer(&self) -> Result<bool, Exception> {
        self.run("Wallet.hasExternalSigner", |account, _| {
            account.flags & super::loader::EXTERNAL_SIGNER != 0
        })
        .await
    }

    async fn get_default_address_type(&self) -> Result<i32, Exception> {
        self.run("Wallet.getDefaultAddressType", |_, _| {
            AddressType::Bech32.into()
        })
        .await
    }

    async fn get_default_max_tx_fee(&self) -> Result<i64, Exception> {
        self.run("Wallet.getDefaultMaxTxFee", |_, _| MAX_FEE).await
    }

    async fn remove(&self) -> Result<(), Exception> {
        self.run("Wallet.remove", |account, state| account.close(state))
            .await
    }

    async fn handle_unload(
        &self,
        callback: UnloadWalletCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.chain.enter("Wallet.handleUnload").await?;
        Ok(told::unload(&self.chain, &self.name, callback))
    }

    async fn handle_show_progress(
        &self,
        callback: ShowWalletProgressCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.chain.enter("Wallet.handleShowProgress").await?;
        Ok(told::progress(&self.chain, &self.name, callback))
    }

    async fn handle_status_changed(
        &self,
        callback: StatusChangedCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.chain.enter("Wallet.handleStatusChanged").await?;
        Ok(told::status(&self.chain, &self.name, callback))
    }

    async fn handle_address_book_changed(
        &self,
        callback: AddressBookChangedCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.chain.enter("Wallet.handleAddressBookChanged").await?;
        Ok(told::address_book(&self.chain, &self.name, callback))
    }

    async fn handle_transaction_changed(
        &self,
        callback: TransactionChangedCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.chain.enter("Wallet.handleTransactionChanged").await?;
        Ok(told::transactions(&self.chain, &self.name, callback))
    }

    async fn handle_can_get_addresses_changed(
        &self,
        callback: CanGetAddressesChangedCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.chain
            .enter("Wallet.handleCanGetAddressesChanged")
            .await?;
        Ok(told::can_get_addresses(&self.chain, &self.name, callback))
    }
}

fn wire(balances: Balances) -> WalletBalances {
    WalletBalances {
        balance: balances.trusted.0,
        unconfirmed_balance: balances.unconfirmed.0,
        immature_balance: balances.immature.0,
    }
}

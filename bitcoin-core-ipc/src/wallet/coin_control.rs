//! How to choose what a transaction spends and pays.

use generated_examples::multiprocess::wallet as generated;

use super::{AddressType, Destination};
use crate::fee_rate::FeeRate;
use crate::numbered::numbered;
use crate::out_point::OutPoint;

numbered! {
    /// How to estimate a fee.
    pub enum FeeMode {
        /// As the wallet is set up.
        Unset = 0,
        /// From recent blocks: lower, and quick to follow the market down.
        Economical = 1,
        /// From a longer past, too: higher, and less often not enough.
        Conservative = 2,
    }
}

/// How to choose the inputs, the change and the fee of a transaction. The defaults leave all to the wallet.
///
/// Lock time, version and largest weight, which the interface has too, are left out: nodes do not read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoinControl {
    /// Where the change goes. Default: a new address of the wallet's.
    pub change: Option<Destination>,
    /// The type of a new address for the change. Default: the wallet chooses.
    pub change_type: Option<AddressType>,
    /// What to spend. Default: the wallet chooses.
    pub selected: Vec<OutPoint>,
    /// Whether to add inputs to those that were selected. Default: yes.
    pub allow_other_inputs: bool,
    /// Whether to spend unconfirmed outputs that others made. Default: no.
    pub include_unsafe_inputs: bool,
    /// Whether to spend outputs that the wallet only watches. Default: no.
    pub allow_watch_only: bool,
    /// Whether to spend all outputs of an address or none. Default: no.
    pub avoid_partial_spends: bool,
    /// Whether to leave out outputs of addresses that were spent from before. Default: no.
    pub avoid_address_reuse: bool,
    /// How many confirmations an input has at least. Default: 0.
    pub min_depth: u32,
    /// How many confirmations an input has at most. Default: 9,999,999.
    pub max_depth: u32,
    /// The fee rate. Default: an estimate.
    pub fee_rate: Option<FeeRate>,
    /// Whether [`CoinControl::fee_rate`] may be outside of the usual limits. Default: no.
    pub override_fee_rate: bool,
    /// In how many blocks the transaction should confirm. Default: as the wallet is set up.
    pub confirm_target: Option<u32>,
    /// How to estimate the fee.
    pub fee_mode: FeeMode,
    /// Whether the transaction signals that it can be replaced. Default: as the wallet is set up.
    pub signal_rbf: Option<bool>,
}

impl Default for CoinControl {
    fn default() -> Self {
        Self {
            change: None,
            change_type: None,
            selected: Vec::new(),
            allow_other_inputs: true,
            include_unsafe_inputs: false,
            allow_watch_only: false,
            avoid_partial_spends: false,
            avoid_address_reuse: false,
            min_depth: 0,
            max_depth: 9_999_999,
            fee_rate: None,
            override_fee_rate: false,
            confirm_target: None,
            fee_mode: FeeMode::Unset,
            signal_rbf: None,
        }
    }
}

impl CoinControl {
    /// Spends exactly these.
    pub fn spending(selected: impl IntoIterator<Item = OutPoint>) -> Self {
        Self {
            selected: selected.into_iter().collect(),
            allow_other_inputs: false,
            ..Self::default()
        }
    }

    /// As it is sent.
    pub(crate) fn wire(&self) -> generated::CoinControl {
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let change = self.change.as_ref().map(Destination::wire);
        let selected = self.selected.iter();
        generated::CoinControl {
            dest_change: change.unwrap_or_default(),
            change_type: self.change_type.map(i32::from),
            include_unsafe_inputs: self.include_unsafe_inputs,
            allow_other_inputs: self.allow_other_inputs,
            allow_watch_only: self.allow_watch_only,
            override_fee_rate: self.override_fee_rate,
            fee_rate: self.fee_rate.map(|rate| rate.to_byte_array().to_vec()),
            confirm_target: self.confirm_target.map(number),
            signal_rbf: self.signal_rbf,
            avoid_partial_spends: self.avoid_partial_spends,
            avoid_address_reuse: self.avoid_address_reuse,
            fee_mode: self.fee_mode.into(),
            min_depth: number(self.min_depth),
            max_depth: number(self.max_depth),
            set_selected: selected.map(|coin| coin.to_byte_array().to_vec()).collect(),
            ..generated::CoinControl::default()
        }
    }
}

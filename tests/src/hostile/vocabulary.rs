//! Messages of every type, also of those that our own side never sends.

use capnp::message::Builder;
use capnp_rpc::rpc_capnp::{call, cap_descriptor, exception, message, message_target, resolve};

/// How many messages there are for each number.
pub(super) const KINDS: u8 = 28;

/// A message of one kind, about the object or call of this number.
pub(super) fn message(kind: u8, number: u32) -> Vec<u8> {
    let mut builder = Builder::new_default();
    fill(kind, number, builder.init_root());
    capnp::serialize::write_message_to_words(&builder)
}

fn fill(kind: u8, number: u32, message: message::Builder<'_>) {
    match kind {
        0 => message.init_bootstrap().set_question_id(number),
        1..=5 => answer(kind, number, message),
        6..=9 => {
            let mut resolve = message.init_resolve();
            resolve.set_promise_id(number);
            resolution(kind, resolve);
        }
        10..=13 => disembargo(kind, number, message),
        14 => {
            let mut finish = message.init_finish();
            finish.set_question_id(number);
            finish.set_release_result_caps(number.is_multiple_of(2));
        }
        15 | 16 => {
            let mut release = message.init_release();
            release.set_id(number);
            release.set_reference_count(if kind == 15 { 1 } else { u32::MAX });
        }
        17..=20 => request(kind, number, message.init_call()),
        21 => {
            let mut provide = message.init_provide();
            provide.set_question_id(number);
            provide.init_target().set_imported_cap(0);
        }
        22 => {
            let mut accept = message.init_accept();
            accept.set_question_id(number);
            accept.set_embargo(true);
        }
        23 => message.init_join().set_question_id(number),
        24 => request(17, number, message.init_unimplemented().init_call()),
        25 => {
            let ours = message.init_unimplemented();
            resolution(6, ours.init_resolve());
        }
        26 => message
            .init_unimplemented()
            .init_bootstrap()
            .set_question_id(number),
        _ => reason(message.init_abort()),
    }
}

fn reason(mut exception: exception::Builder<'_>) {
    exception.set_reason("for no reason");
    exception.set_type(exception::Type::Disconnected);
}

fn answer(kind: u8, number: u32, message: message::Builder<'_>) {
    let mut answer = message.init_return();
    answer.set_answer_id(number);
    match kind {
        1 => {
            let results = answer.init_results();
            results.init_cap_table(1).get(0).set_sender_promise(7);
        }
        2 => answer.set_take_from_other_question(0),
        3 => answer.set_results_sent_elsewhere(()),
        4 => answer.set_canceled(()),
        _ => reason(answer.init_exception()),
    }
}

fn resolution(kind: u8, resolve: resolve::Builder<'_>) {
    match kind {
        6 => resolve.init_cap().set_receiver_hosted(0),
        7 => resolve.init_cap().set_sender_hosted(8),
        8 => resolve.init_cap().set_sender_promise(7),
        _ => reason(resolve.init_exception()),
    }
}

fn disembargo(kind: u8, number: u32, message: message::Builder<'_>) {
    let mut disembargo = message.init_disembargo();
    target(
        number.is_multiple_of(2),
        number,
        disembargo.reborrow().init_target(),
    );
    let mut context = disembargo.init_context();
    match kind {
        10 => context.set_sender_loopback(number),
        11 => context.set_receiver_loopback(number),
        12 => context.set_accept(()),
        _ => context.set_provide(number),
    }
}

fn target(of_answer: bool, number: u32, mut target: message_target::Builder<'_>) {
    if of_answer {
        let mut answer = target.init_promised_answer();
        answer.set_question_id(number);
        let mut steps = answer.init_transform(2);
        steps.reborrow().get(0).set_noop(());
        steps.get(1).set_get_pointer_field(0);
    } else {
        target.set_imported_cap(number);
    }
}

fn request(kind: u8, number: u32, mut call: call::Builder<'_>) {
    call.set_question_id(number + 100);
    // `later` of a Partner, whose key is empty here.
    call.set_interface_id(0xef6f_009b_ae84_f883);
    call.set_method_id(5);
    target(kind != 17, number, call.reborrow().init_target());
    if kind == 18 {
        call.reborrow().init_send_results_to().set_yourself(());
    }
    if kind == 19 {
        call.reborrow().init_send_results_to().init_third_party();
    }
    let mut table = call.init_params().init_cap_table(6);
    for (index, kind) in (0..6).zip(0_u8..) {
        descriptor(kind, number, table.reborrow().get(index));
    }
}

fn descriptor(kind: u8, number: u32, mut descriptor: cap_descriptor::Builder<'_>) {
    match kind {
        0 => descriptor.set_none(()),
        1 => descriptor.set_sender_hosted(number),
        2 => descriptor.set_sender_promise(number + 1),
        3 => descriptor.set_receiver_hosted(0),
        4 => descriptor.init_receiver_answer().set_question_id(number),
        _ => descriptor.init_third_party_hosted().set_vine_id(number + 2),
    }
}

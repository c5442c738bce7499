//! What the store does, whatever database it stands on.

pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod calendar;
pub(crate) mod challenges;
pub(crate) mod inventory;
pub(crate) mod issuance;
pub(crate) mod opening;
pub(crate) mod profiles;
pub(crate) mod renewal;
pub(crate) mod revocation;
pub(crate) mod roots;
pub(crate) mod tokens;

/// Makes a test of every behaviour, each on a world of its own.
macro_rules! all {
    ($world:path) => {
        $crate::behaviour::all! { $world:
            approvals::{
                a_request_waits_until_it_is_approved_and_is_then_answered_for_good,
                a_request_that_waits_is_found_by_its_transaction_and_its_own_key_alone,
                a_denied_request_gets_nothing_and_its_row_says_so,
                an_approval_serves_no_other_request,
                a_request_that_waits_dies_with_its_assignment,
                a_tenant_decides_nothing_for_another_one,
                a_device_whose_request_waits_needs_no_challenge,
                a_renewal_waits_for_approval_too_and_its_row_stays_issued,
                a_renewal_that_waits_dies_with_its_certificate,
                a_renewal_that_waited_too_long_is_refused,
                an_approved_request_is_answered_where_nobody_has_to_approve_any_more,
                an_approval_that_comes_too_late_is_none,
            }
            audit::{
                a_changed_event_breaks_the_chain_where_it_stands,
                a_removed_event_breaks_the_chain_where_it_stood,
                an_untouched_audit_verifies_up_to_its_head,
                events_of_two_processes_and_a_dry_run_between_them_make_one_chain,
                the_feed_names_each_changed_key_once_and_in_the_order_of_its_last_change,
                the_feed_shows_an_owner_nothing_of_another,
                a_cursor_from_the_future_of_a_restored_store_is_refused,
            }
            calendar::{a_certificate_comes_into_its_renewal_window_and_then_runs_out}
            challenges::{
                a_challenge_opens_what_it_was_minted_for,
                a_wrong_secret_and_an_unknown_challenge_are_one_answer,
                a_device_that_is_not_assigned_gets_no_challenge,
                a_newer_challenge_voids_the_older,
                a_challenge_is_news_where_its_row_did_not_say_so,
                challenges_that_are_minted_at_once_share_commits_and_nobody_gets_one_by_that,
                losing_the_assignment_voids_the_challenge,
                a_refused_attempt_is_told_on_a_row_without_a_certificate,
                the_database_alone_opens_no_challenge,
            }
            inventory::{
                a_group_inside_a_group_assigns_its_members,
                a_cycle_of_groups_ends_and_assigns_everyone_in_it,
                an_id_of_another_source_is_refused_and_named,
                a_record_that_stands_twice_counts_once,
                an_identical_sync_changes_nothing,
                a_source_that_is_not_declared_is_refused_unless_nothing_is_meant,
                a_user_reaches_their_device_through_a_user_group,
                a_device_that_leaves_the_inventory_leaves_no_row,
                a_sync_that_does_not_prune_keeps_what_it_does_not_name,
                deleting_a_source_takes_its_devices_away,
                a_changed_user_moves_the_revision_of_their_devices,
                a_dry_run_of_a_sync_changes_nothing,
            }
            issuance::{
                a_recorded_certificate_stands_on_its_row_and_in_the_store,
                an_identical_retry_gets_the_same_certificate,
                another_request_on_a_used_challenge_is_refused,
                a_hundred_requests_at_once_on_one_challenge_get_one_serial,
                an_identical_request_twice_at_once_gets_one_certificate,
                a_reservation_goes_on_under_its_serial_after_a_crash,
                a_reserved_challenge_is_refused_to_another_request,
                losing_the_assignment_before_reserving_leaves_no_serial,
                losing_the_assignment_before_recording_loses_the_certificate,
                a_profile_that_changed_while_signing_makes_the_device_try_again,
                a_device_record_that_changed_while_judging_makes_the_device_try_again,
                a_challenge_that_expired_while_judging_reserves_nothing,
                a_key_is_certified_once,
                a_refused_attempt_leaves_a_certified_row_as_it_is_and_says_so,
                a_tenant_learns_nothing_of_another_ones_certificates,
                certificates_that_are_recorded_at_once_share_commits,
                a_claim_that_is_refused_harms_none_of_those_it_shares_a_commit_with,
            }
            opening::{
                what_was_committed_is_there_after_a_restart,
                a_database_of_a_newer_version_is_refused,
            }
            renewal::{
                a_certificate_renews_itself_and_stands_until_the_newer_is_installed,
                an_identical_renewal_gets_the_same_certificate_and_another_one_none,
                a_certificate_with_a_serial_of_ours_and_other_bytes_is_nobodys,
                a_revoked_certificate_renews_nothing_even_when_it_was_judged_before,
                a_certificate_that_is_revoked_while_its_renewal_is_signed_renews_nothing,
                a_certificate_that_was_replaced_while_its_renewal_was_judged_renews_nothing,
                a_renewal_that_was_overtaken_is_possible_again_whatever_is_handed_out_meanwhile,
                two_renewals_at_once_come_to_one_certificate,
                a_renewal_voids_the_open_challenge,
                a_device_that_left_renews_nothing,
            }
            revocation::{
                unassigning_revokes_in_the_same_moment,
                a_dry_run_revokes_nothing,
                coming_back_needs_a_new_certificate,
                a_deleted_profile_revokes,
                a_deleted_profile_that_retains_revokes_nothing,
                a_retained_certificate_dies_when_its_device_leaves,
                a_users_certificate_dies_when_the_device_passes_to_another,
                a_devices_certificate_outlives_its_user,
                the_older_certificate_is_revoked_once_the_newer_is_installed,
                a_revoked_certificate_is_not_replayed,
                a_crl_lists_what_has_not_ended_and_its_number_only_rises,
                what_a_crl_lists_comes_in_pages_and_each_entry_once,
            }
            profiles::{
                a_profile_assigns_the_devices_of_its_groups,
                an_identical_put_changes_nothing,
                a_dry_run_computes_the_plan_and_changes_nothing,
                an_exclusion_takes_its_devices_away,
                a_device_of_the_wrong_version_is_not_applicable,
                a_question_without_an_answer_is_a_failed_row_that_gets_no_challenge,
                the_same_names_in_another_tenant_are_other_things,
                a_recreated_namespace_is_refused_until_the_old_objects_are_gone,
                an_apple_device_has_a_row_for_each_associated_profile,
                a_deleted_profile_leaves_no_rows,
                rows_come_worst_first_and_the_rest_is_counted,
                more_devices_than_one_batch_are_all_assigned,
                pending_does_not_outrank_a_challenge,
            }
            roots::{
                a_root_is_pending_then_delivered_then_installed,
                a_root_with_another_certificate_has_to_be_delivered_anew,
                a_root_and_a_profile_of_one_name_do_not_touch_each_other,
            }
            tokens::{
                a_token_opens_with_its_secret_until_it_expires,
                a_deleted_token_opens_nothing,
                two_tokens_cannot_have_one_name,
            }
        }
    };
    ($world:path: $($module:ident::{$($behaviour:ident),+ $(,)?})+) => {
        $($(
            #[tokio::test(flavor = "multi_thread")]
            async fn $behaviour() {
                crate::behaviour::$module::$behaviour($world().await).await;
            }
        )+)+
    };
}
pub(crate) use all;

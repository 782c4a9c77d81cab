//! What becomes of each command of the product when a member of a team calls it here.
//!
//! Rights on machines and identities are asked for inside of each command (`patchbay_core::Ctx`). This list says which commands
//! have a meaning on a server at all, and which of them are written into the audit log. A command that is not in it does not compile.

/// What becomes of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// It runs, and only reads or concerns the member alone.
    Runs,
    /// It runs, and what it did to what is written down.
    Audited,
    /// The same, and an organisation may ask why before it runs: it opens sessions with machines, or shows a secret.
    Reasoned,
    /// It is about the computer a person sits at, or about a vault file.
    AtHomeOnly,
}

use Policy::{AtHomeOnly, Audited, Reasoned, Runs};

/// The policy of every command.
pub const POLICIES: &[(&str, Policy)] = &[
    ("vault_status", Runs),
    ("vault_propose_recovery_key", AtHomeOnly),
    ("vault_save_recovery_key", AtHomeOnly),
    ("vault_passphrase_strength", Runs),
    ("vault_create", AtHomeOnly),
    ("vault_choose", AtHomeOnly),
    ("vault_unlock", AtHomeOnly),
    ("vault_unlock_keyring", AtHomeOnly),
    ("vault_recover", AtHomeOnly),
    ("vault_lock", AtHomeOnly),
    ("vault_change_passphrase", AtHomeOnly),
    ("vault_replace_recovery_key", AtHomeOnly),
    ("vault_rekey", AtHomeOnly),
    ("vault_keyring_offer", AtHomeOnly),
    ("vault_keyring_enable", AtHomeOnly),
    ("vault_keyring_disable", AtHomeOnly),
    ("vault_backup", AtHomeOnly),
    ("vault_restore", AtHomeOnly),
    ("vault_touch", Runs),
    ("tree_load", Runs),
    ("node_get", Runs),
    ("node_new_detail", Runs),
    ("entry_save", Runs),
    ("folder_save", Runs),
    ("node_rename", Runs),
    ("nodes_duplicate", Runs),
    ("nodes_move", Runs),
    ("nodes_delete_preview", Runs),
    ("nodes_delete", Runs),
    ("nodes_undelete", Runs),
    ("recents_list", Runs),
    ("tags_list", Runs),
    ("entry_quick_add", Runs),
    ("snippet_list", Runs),
    ("snippet_save", Runs),
    ("snippet_delete", Runs),
    ("snippet_preview", Runs),
    ("snippet_send", Audited),
    ("trigger_list", Runs),
    ("trigger_save", Runs),
    ("trigger_delete", Runs),
    ("trigger_try", Runs),
    ("trigger_marks", Runs),
    ("run_targets", Runs),
    ("run_start", Reasoned),
    ("run_list", Runs),
    ("run_get", Runs),
    ("run_output", Runs),
    ("run_diff", Runs),
    ("run_group", Runs),
    ("run_retry", Reasoned),
    ("run_again", Reasoned),
    ("run_cancel", Runs),
    ("run_forget", Runs),
    ("run_export", AtHomeOnly),
    ("identity_list", Runs),
    ("identity_save", Runs),
    ("identity_delete", Runs),
    ("identity_used_by", Runs),
    ("identity_inspect_key", Runs),
    ("identity_reveal", Reasoned),
    ("identity_generate_key", Runs),
    ("agent_keys", AtHomeOnly),
    ("identity_cancel_generate", Runs),
    ("identity_public_key", Runs),
    ("identity_picture", Runs),
    ("identity_export_public", AtHomeOnly),
    ("identity_export_private", AtHomeOnly),
    ("identity_certificate_request", AtHomeOnly),
    ("identity_ask_on_use", AtHomeOnly),
    ("identity_install_key", Audited),
    ("agent_status", Runs),
    ("agent_answer", AtHomeOnly),
    ("settings_get", Runs),
    ("settings_set", Runs),
    ("vault_settings_get", Runs),
    ("vault_settings_set", Runs),
    ("layout_get", Runs),
    ("layout_set", Runs),
    ("layout_list", Runs),
    ("layout_save", Runs),
    ("layout_delete", Runs),
    ("app_info", Runs),
    ("session_open", Reasoned),
    ("session_open_direct", AtHomeOnly),
    ("session_hand_out", Reasoned),
    ("session_list", Runs),
    ("session_attach", Runs),
    ("session_answer", Runs),
    ("session_cancel_prompt", Runs),
    ("session_host_key", Audited),
    ("session_reconnect", Reasoned),
    ("session_disconnect", Audited),
    ("session_close", Audited),
    ("session_rename", Runs),
    ("session_signal", Runs),
    ("session_lend_files", AtHomeOnly),
    ("serial_ports", AtHomeOnly),
    ("session_test", Audited),
    ("tunnel_list", Runs),
    ("tunnel_started", Runs),
    ("tunnel_start", AtHomeOnly),
    ("tunnel_start_new", AtHomeOnly),
    ("tunnel_start_all", AtHomeOnly),
    ("tunnel_stop", AtHomeOnly),
    ("tunnel_stop_all", AtHomeOnly),
    ("management_status", AtHomeOnly),
    ("management_test", AtHomeOnly),
    ("management_trust", AtHomeOnly),
    ("management_sign_in", AtHomeOnly),
    ("management_families", AtHomeOnly),
    ("console_ladder", AtHomeOnly),
    ("power_guard", AtHomeOnly),
    ("power_do", AtHomeOnly),
    ("power_history", AtHomeOnly),
    ("fleet_list", AtHomeOnly),
    ("fleet_power", AtHomeOnly),
    ("bmc_sensors", AtHomeOnly),
    ("bmc_log", AtHomeOnly),
    ("bmc_clear_log", AtHomeOnly),
    ("bmc_export_log", AtHomeOnly),
    ("bmc_facts", AtHomeOnly),
    ("bmc_locate", AtHomeOnly),
    ("bmc_boot", AtHomeOnly),
    ("bmc_reset", AtHomeOnly),
    ("bmc_users", AtHomeOnly),
    ("bmc_save_user", AtHomeOnly),
    ("bmc_delete_user", AtHomeOnly),
    ("bmc_insert_media", AtHomeOnly),
    ("bmc_eject_media", AtHomeOnly),
    ("bmc_raw", AtHomeOnly),
    ("cluster_get", AtHomeOnly),
    ("cluster_watch", AtHomeOnly),
    ("guest_get", AtHomeOnly),
    ("guest_power_guard", AtHomeOnly),
    ("guest_power", AtHomeOnly),
    ("guest_change", AtHomeOnly),
    ("guest_grow_disk", AtHomeOnly),
    ("guest_take_snapshot", AtHomeOnly),
    ("guest_roll_back", AtHomeOnly),
    ("guest_delete_snapshot", AtHomeOnly),
    ("guest_back_up", AtHomeOnly),
    ("guest_backups", AtHomeOnly),
    ("guest_clone", AtHomeOnly),
    ("guest_from_template", AtHomeOnly),
    ("guest_migrate", AtHomeOnly),
    ("guest_delete", AtHomeOnly),
    ("guest_graph", AtHomeOnly),
    ("guest_restore", AtHomeOnly),
    ("storage_content", AtHomeOnly),
    ("storage_upload", AtHomeOnly),
    ("volume_delete", AtHomeOnly),
    ("cluster_tasks", AtHomeOnly),
    ("cluster_task_cancel", AtHomeOnly),
    ("cluster_task_forget", AtHomeOnly),
    ("switch_get", AtHomeOnly),
    ("switch_traffic", AtHomeOnly),
    ("switch_stations", AtHomeOnly),
    ("switch_plan", AtHomeOnly),
    ("switch_apply", AtHomeOnly),
    ("switch_keep", AtHomeOnly),
    ("switch_revert", AtHomeOnly),
    ("switch_changes", AtHomeOnly),
    ("console_ports", AtHomeOnly),
    ("pdu_get", AtHomeOnly),
    ("outlet_guard", AtHomeOnly),
    ("outlet_do", AtHomeOnly),
    ("files_list", Runs),
    ("files_count", Runs),
    ("files_make_folder", Audited),
    ("files_rename", Audited),
    ("files_set_mode", Audited),
    ("files_set_mode_inside", Audited),
    ("files_preview", Audited),
    ("files_copy", Audited),
    ("files_delete", Audited),
    ("files_picture", Audited),
    ("files_edit", AtHomeOnly),
    ("edit_list", Runs),
    ("edit_answer", AtHomeOnly),
    ("edit_stop", AtHomeOnly),
    ("task_list", Runs),
    ("task_cancel", Runs),
    ("task_answer", Runs),
    ("task_retry", Runs),
    ("task_forget", Runs),
    ("task_pause", Runs),
    ("task_resume", Runs),
    ("tasks_pause", Runs),
    ("tasks_resume", Runs),
    ("task_verify", Runs),
    ("recording_list", Runs),
    ("recording_read", Audited),
    ("recording_play", Audited),
    ("recording_attach", Runs),
    ("recording_show", Runs),
    ("recording_picture", Runs),
    ("recording_leave", Runs),
    ("recording_search", Audited),
    ("recording_export", AtHomeOnly),
    ("recording_rename", Audited),
    ("recording_delete", Audited),
    ("recordings_expiring", Runs),
    ("session_record", Audited),
    ("session_record_stop", Audited),
    ("workspace_list", Runs),
    ("workspace_look", AtHomeOnly),
    ("workspace_invitation", AtHomeOnly),
    ("workspace_add", AtHomeOnly),
    ("workspace_sign_in", AtHomeOnly),
    ("workspace_browser_begin", AtHomeOnly),
    ("workspace_browser_wait", AtHomeOnly),
    ("workspace_browser_cancel", AtHomeOnly),
    ("workspace_sign_out", AtHomeOnly),
    ("workspace_remove", AtHomeOnly),
    ("workspace_retry", AtHomeOnly),
    ("workspace_trust", AtHomeOnly),
    ("workspace_request", AtHomeOnly),
    ("hostkey_list", Runs),
    ("hostkey_remove", Audited),
    ("hostkey_authority_add", Audited),
    ("algorithm_policy", Runs),
    ("status_check", Runs),
    ("wake", Audited),
    ("import_formats", Runs),
    ("import_preview", AtHomeOnly),
    ("import_apply", AtHomeOnly),
    ("export_write", AtHomeOnly),
];

/// The policy of a command; none if there is no such command.
#[must_use]
pub fn policy(command: &str) -> Option<Policy> {
    POLICIES.iter().find(|(name, _)| *name == command).map(|(_, policy)| *policy)
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        #[expect(
            clippy::indexing_slicing,
            reason = "within the length, and checked when it is compiled"
        )]
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn all_have_one() -> bool {
    let commands = patchbay_commands::names();
    let mut at = 0;
    while at < commands.len() {
        let (mut found, mut one) = (false, 0);
        while one < POLICIES.len() {
            #[expect(
                clippy::indexing_slicing,
                reason = "within the length, and checked when it is compiled"
            )]
            if same(POLICIES[one].0, commands[at]) {
                found = true;
            }
            one += 1;
        }
        if !found {
            return false;
        }
        at += 1;
    }
    POLICIES.len() == commands.len()
}

const _: () = assert!(all_have_one(), "a command has no policy, or a policy has no command");

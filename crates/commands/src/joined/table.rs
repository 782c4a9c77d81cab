//! Where each command runs. A command without a line does not compile.

/// Where a command runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Route {
    /// Here, whatever it is about.
    Here,
    /// Here, and not for what is at a workspace, for this reason.
    HereOnly(&'static [&'static str], &'static str),
    /// Where the things are that stand at the first paths; those at the others have to be at the same place.
    By(&'static [&'static str], &'static [&'static str]),
    /// Where what is moved lies, which is where it has to go as well.
    Move,
    /// Where the things are that stand at these paths; here, if they are at several places.
    Between(&'static [&'static str]),
    /// At each place, for those of the things that are there.
    Split(&'static str),
    /// Here and at every connected workspace.
    Both(Merge),
}

/// How answers of several places become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Merge {
    Tree,
    Sessions,
    Tasks,
    Runs,
    Recordings,
    Identities,
    Snippets,
    Triggers,
    Recents,
    Tags,
    /// There is nothing to join.
    All,
}

use Route::{Between, Both, By, Here, HereOnly, Move, Split};

/// Why machines of a team server are not managed from here.
const NOT_MANAGED: &str = "machines of a team server are not managed below their operating system";

/// What decides of every command.
const ROUTES: &[(&str, Route)] = &[
    ("vault_status", Here),
    ("vault_propose_recovery_key", Here),
    ("vault_save_recovery_key", Here),
    ("vault_passphrase_strength", Here),
    ("vault_create", Here),
    ("vault_choose", Here),
    ("vault_unlock", Here),
    ("vault_unlock_keyring", Here),
    ("vault_recover", Here),
    ("vault_lock", Here),
    ("vault_change_passphrase", Here),
    ("vault_replace_recovery_key", Here),
    ("vault_rekey", Here),
    ("vault_keyring_offer", Here),
    ("vault_keyring_enable", Here),
    ("vault_keyring_disable", Here),
    ("vault_backup", Here),
    ("vault_restore", Here),
    ("vault_touch", Here),
    ("tree_load", Both(Merge::Tree)),
    ("node_get", By(&["id"], &[])),
    ("node_new_detail", By(&["^parent"], &[])),
    (
        "entry_save",
        By(&["id", "^parent"], &["draft.settings.identities", "draft.settings.jump.entry"]),
    ),
    (
        "folder_save",
        By(&["id", "^parent"], &["draft.settings.identities", "draft.settings.jump.entry"]),
    ),
    ("node_rename", By(&["id"], &[])),
    ("nodes_duplicate", By(&["ids"], &[])),
    ("nodes_move", Move),
    ("nodes_delete_preview", By(&["ids"], &[])),
    ("nodes_delete", By(&["ids"], &[])),
    ("nodes_undelete", By(&["undo"], &[])),
    ("recents_list", Both(Merge::Recents)),
    ("tags_list", Both(Merge::Tags)),
    ("entry_quick_add", Here),
    ("snippet_list", Both(Merge::Snippets)),
    ("snippet_save", By(&["id", "^near"], &[])),
    ("snippet_delete", By(&["id"], &[])),
    ("snippet_preview", By(&["id"], &["session"])),
    ("snippet_send", By(&["session"], &["id"])),
    ("trigger_list", Both(Merge::Triggers)),
    ("trigger_save", By(&["id", "^draft.scope.id"], &["draft.action.snippet"])),
    ("trigger_delete", By(&["id"], &[])),
    ("trigger_try", Here),
    ("trigger_marks", By(&["session"], &[])),
    ("run_targets", By(&["^targets.*.id"], &[])),
    ("run_start", By(&["^targets.*.id"], &["command.id"])),
    ("run_list", Both(Merge::Runs)),
    ("run_get", By(&["id"], &[])),
    ("run_output", By(&["id"], &[])),
    ("run_diff", By(&["id"], &[])),
    ("run_group", By(&["id"], &[])),
    ("run_retry", By(&["id"], &[])),
    ("run_again", By(&["id"], &[])),
    ("run_cancel", By(&["id"], &[])),
    ("run_forget", By(&["id"], &[])),
    (
        "run_export",
        HereOnly(&["id"], "what ran there is looked at and not written to files of this computer"),
    ),
    ("identity_list", Both(Merge::Identities)),
    ("identity_save", By(&["draft.id", "^near"], &[])),
    ("identity_delete", By(&["id"], &[])),
    ("identity_used_by", By(&["id"], &[])),
    ("identity_inspect_key", Here),
    ("identity_reveal", By(&["id"], &[])),
    ("identity_generate_key", By(&["^near"], &[])),
    ("agent_keys", Here),
    ("identity_cancel_generate", Here),
    ("identity_public_key", By(&["id"], &[])),
    ("identity_picture", By(&["id"], &[])),
    (
        "identity_export_public",
        HereOnly(&["id"], "its keys are not written to files of this computer"),
    ),
    ("identity_export_private", HereOnly(&["id"], "its keys do not leave it")),
    (
        "identity_certificate_request",
        HereOnly(&["id"], "certificates for its keys are asked for there"),
    ),
    (
        "identity_ask_on_use",
        HereOnly(&["id"], "its keys are not offered to programs of this computer"),
    ),
    ("identity_install_key", By(&["id", "session"], &[])),
    ("agent_status", Here),
    ("agent_answer", Here),
    ("settings_get", Here),
    ("settings_set", Here),
    ("vault_settings_get", Here),
    ("vault_settings_set", Here),
    ("layout_get", Here),
    ("layout_set", Here),
    ("layout_list", Here),
    ("layout_save", Here),
    ("layout_delete", Here),
    ("app_info", Here),
    ("session_open", By(&["target.id"], &[])),
    ("session_open_direct", Here),
    ("session_hand_out", Here),
    ("session_list", Both(Merge::Sessions)),
    ("session_attach", By(&["id"], &[])),
    ("session_answer", By(&["id"], &[])),
    ("session_cancel_prompt", By(&["id"], &[])),
    ("session_host_key", By(&["id"], &[])),
    ("session_reconnect", By(&["id"], &[])),
    ("session_disconnect", By(&["id"], &[])),
    ("session_close", By(&["id"], &[])),
    ("session_rename", By(&["id"], &[])),
    ("session_signal", By(&["id"], &[])),
    (
        "session_lend_files",
        HereOnly(&["id"], "files of this computer cannot be pasted on its desktops"),
    ),
    ("serial_ports", Here),
    (
        "session_test",
        By(&["id", "^parent"], &["draft.settings.identities", "draft.settings.jump.entry"]),
    ),
    ("tunnel_list", Here),
    ("tunnel_started", Here),
    ("tunnel_start", Here),
    ("tunnel_start_new", Here),
    ("tunnel_start_all", Here),
    ("tunnel_stop", Here),
    ("tunnel_stop_all", Here),
    ("management_status", HereOnly(&["entry"], NOT_MANAGED)),
    ("management_test", HereOnly(&["id"], NOT_MANAGED)),
    ("management_trust", HereOnly(&["entry"], NOT_MANAGED)),
    ("management_sign_in", HereOnly(&["entry"], NOT_MANAGED)),
    ("management_families", Here),
    ("console_ladder", HereOnly(&["entry"], NOT_MANAGED)),
    ("power_guard", HereOnly(&["entries"], NOT_MANAGED)),
    ("power_do", HereOnly(&["entry"], NOT_MANAGED)),
    ("power_history", HereOnly(&["entry"], NOT_MANAGED)),
    ("fleet_list", HereOnly(&["folder"], NOT_MANAGED)),
    ("fleet_power", HereOnly(&["entries"], NOT_MANAGED)),
    ("bmc_sensors", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_log", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_clear_log", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_export_log", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_facts", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_locate", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_boot", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_reset", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_users", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_save_user", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_delete_user", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_insert_media", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_eject_media", HereOnly(&["entry"], NOT_MANAGED)),
    ("bmc_raw", HereOnly(&["entry"], NOT_MANAGED)),
    ("cluster_get", HereOnly(&["entry"], NOT_MANAGED)),
    ("cluster_watch", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_get", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_power_guard", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_power", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_change", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_grow_disk", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_take_snapshot", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_roll_back", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_delete_snapshot", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_back_up", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_backups", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_clone", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_from_template", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_migrate", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_delete", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_graph", HereOnly(&["entry"], NOT_MANAGED)),
    ("guest_restore", HereOnly(&["entry"], NOT_MANAGED)),
    ("storage_content", HereOnly(&["entry"], NOT_MANAGED)),
    ("storage_upload", HereOnly(&["entry"], NOT_MANAGED)),
    ("volume_delete", HereOnly(&["entry"], NOT_MANAGED)),
    ("cluster_tasks", Here),
    ("cluster_task_cancel", Here),
    ("cluster_task_forget", Here),
    ("switch_get", HereOnly(&["entry"], NOT_MANAGED)),
    ("switch_traffic", HereOnly(&["entry"], NOT_MANAGED)),
    ("switch_stations", HereOnly(&["entry"], NOT_MANAGED)),
    ("switch_plan", HereOnly(&["entry"], NOT_MANAGED)),
    ("switch_apply", HereOnly(&["entry"], NOT_MANAGED)),
    ("switch_keep", Here),
    ("switch_revert", Here),
    ("switch_changes", Here),
    ("console_ports", HereOnly(&["entry"], NOT_MANAGED)),
    ("pdu_get", HereOnly(&["entry"], NOT_MANAGED)),
    ("outlet_guard", HereOnly(&["entry"], NOT_MANAGED)),
    ("outlet_do", HereOnly(&["entry"], NOT_MANAGED)),
    ("files_list", By(&["place"], &[])),
    ("files_count", By(&["place"], &[])),
    ("files_make_folder", By(&["place"], &[])),
    ("files_rename", By(&["place"], &[])),
    ("files_set_mode", By(&["place"], &[])),
    ("files_set_mode_inside", By(&["place"], &[])),
    ("files_preview", By(&["place"], &[])),
    ("files_copy", Between(&["from", "to"])),
    ("files_delete", By(&["place"], &[])),
    ("files_picture", By(&["place"], &[])),
    ("files_edit", Here),
    ("edit_list", Here),
    ("edit_answer", Here),
    ("edit_stop", Here),
    ("task_list", Both(Merge::Tasks)),
    ("task_cancel", By(&["id"], &[])),
    ("task_answer", By(&["id"], &[])),
    ("task_retry", By(&["id"], &[])),
    ("task_forget", By(&["id"], &[])),
    ("task_pause", By(&["id"], &[])),
    ("task_resume", By(&["id"], &[])),
    ("tasks_pause", Both(Merge::All)),
    ("tasks_resume", Both(Merge::All)),
    ("task_verify", By(&["id"], &[])),
    ("recording_list", Both(Merge::Recordings)),
    ("recording_read", By(&["id"], &[])),
    ("recording_play", By(&["id"], &[])),
    ("recording_attach", By(&["player"], &[])),
    ("recording_show", By(&["player"], &[])),
    ("recording_picture", By(&["player"], &[])),
    ("recording_leave", By(&["player"], &[])),
    ("recording_search", By(&["id", "from.id"], &[])),
    ("recording_export", HereOnly(&["id"], "recordings are not taken out of it")),
    ("recording_rename", By(&["id"], &[])),
    ("recording_delete", By(&["id"], &[])),
    ("recordings_expiring", Here),
    ("session_record", By(&["id"], &[])),
    ("session_record_stop", By(&["id"], &[])),
    ("workspace_list", Here),
    ("workspace_look", Here),
    ("workspace_invitation", Here),
    ("workspace_add", Here),
    ("workspace_sign_in", Here),
    ("workspace_browser_begin", Here),
    ("workspace_browser_wait", Here),
    ("workspace_browser_cancel", Here),
    ("workspace_sign_out", Here),
    ("workspace_remove", Here),
    ("workspace_retry", Here),
    ("workspace_trust", Here),
    ("workspace_request", Here),
    ("hostkey_list", Here),
    ("hostkey_remove", Here),
    ("hostkey_authority_add", Here),
    ("algorithm_policy", Here),
    ("status_check", Split("ids")),
    ("wake", Split("ids")),
    ("import_formats", Here),
    ("import_preview", Here),
    (
        "import_apply",
        HereOnly(&["^parent"], "other programs' machines are imported into your own vault"),
    ),
    (
        "export_write",
        HereOnly(&["^folder"], "its machines are not written to files of this computer"),
    ),
];

/// Where a command runs; none if there is no such command.
pub(super) fn route(command: &str) -> Option<Route> {
    ROUTES.iter().find(|(name, _)| *name == command).map(|(_, route)| *route)
}

#[expect(clippy::indexing_slicing, reason = "within the length, and checked when it is compiled")]
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The table has the commands in the order of the list.
#[expect(clippy::indexing_slicing, reason = "within the length, and checked when it is compiled")]
const fn all_have_one() -> bool {
    let commands = crate::list::names();
    let mut at = 0;
    while at < commands.len() && at < ROUTES.len() && same(ROUTES[at].0, commands[at]) {
        at += 1;
    }
    at == commands.len() && at == ROUTES.len()
}

const _: () = assert!(
    all_have_one(),
    "a command has no line here, or they are in another order than in the list"
);

//! The list of commands. A command is its body in the module of its feature and one line here.

use crate::{
    agent, app, bmc, cluster, edits, export, files,
    framework::{self, Shape, run, shape, unknown},
    hostkeys, identities, import, layouts, management, pdu, power, recordings, runs, sessions,
    settings, snippets, status, switch, tree, triggers, tunnels, vault, workspaces,
};
use patchbay_core::Ctx;
use patchbay_model::ApiError;
use specta::Types;

macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $name:ident => $module:ident :: $body:ident;)+) => {
        /// The names of all commands.
        #[must_use]
        pub const fn names() -> &'static [&'static str] {
            &[$(stringify!($name)),+]
        }

        /// Runs a command: a JSON object (or nothing) in, JSON out.
        pub async fn dispatch(ctx: &Ctx, name: &str, args: &str) -> Result<String, ApiError> {
            match name {
                $(stringify!($name) => Box::pin(run(ctx, name, args, $module::$body)).await,)+
                _ => Err(unknown(name)),
            }
        }

        /// Whether arguments fit a command, without running it.
        ///
        /// # Errors
        /// What [`dispatch`] would say of them.
        pub fn check(name: &str, args: &str) -> Result<(), ApiError> {
            match name {
                $(stringify!($name) => framework::check(name, args, $module::$body),)+
                _ => Err(unknown(name)),
            }
        }

        /// What each command takes and gives.
        pub(crate) fn shapes(types: &mut Types) -> Vec<Shape> {
            vec![$(shape(types, stringify!($name), &[$($doc),+], $module::$body)),+]
        }
    };
}

commands! {
    /// Where the vault stands.
    vault_status => vault::status;
    /// Makes a recovery key to write down; it counts once the vault is created.
    vault_propose_recovery_key => vault::propose_recovery_key;
    /// Writes the recovery key shown last to a file only you can read.
    vault_save_recovery_key => vault::save_recovery_key;
    /// How hard a passphrase is to guess.
    vault_passphrase_strength => vault::passphrase_strength;
    /// Creates a vault with the proposed recovery key and opens it.
    vault_create => vault::create;
    /// Switches to another vault file, locked.
    vault_choose => vault::choose;
    /// Opens the vault.
    vault_unlock => vault::unlock;
    /// Opens the vault with the key in this computer's keyring.
    vault_unlock_keyring => vault::unlock_keyring;
    /// Opens the vault with the recovery key and sets a new passphrase.
    vault_recover => vault::recover;
    /// Locks the vault; sessions go on unless they are to be closed.
    vault_lock => vault::lock;
    /// Sets another passphrase.
    vault_change_passphrase => vault::change_passphrase;
    /// Makes another recovery key; the old one is worthless from then on.
    vault_replace_recovery_key => vault::replace_recovery_key;
    /// Seals everything anew under a fresh key.
    vault_rekey => vault::rekey;
    /// Whether this computer's keyring can be used.
    vault_keyring_offer => vault::keyring_offer;
    /// Lets this computer's keyring open the vault.
    vault_keyring_enable => vault::keyring_enable;
    /// Takes the vault's key out of the keyring.
    vault_keyring_disable => vault::keyring_disable;
    /// Writes a verified copy of the vault.
    vault_backup => vault::backup;
    /// Puts a copy back; what was there is moved aside.
    vault_restore => vault::restore;
    /// Says that a person is here, which postpones locking.
    vault_touch => vault::touch;

    /// The whole tree.
    tree_load => tree::load;
    /// A machine or folder with everything its editor shows.
    node_get => tree::get;
    /// What a new machine in a folder would inherit.
    node_new_detail => tree::new_detail;
    /// Adds or changes a machine.
    entry_save => tree::save_entry;
    /// Adds or changes a folder.
    folder_save => tree::save_folder;
    /// Renames a machine or folder.
    node_rename => tree::rename;
    /// Copies machines and folders beside themselves.
    nodes_duplicate => tree::duplicate;
    /// Moves machines and folders.
    nodes_move => tree::move_nodes;
    /// What deleting would take away.
    nodes_delete_preview => tree::delete_preview;
    /// Deletes machines and folders with everything inside.
    nodes_delete => tree::delete;
    /// Takes a deletion back.
    nodes_undelete => tree::undelete;
    /// Machines used last, latest first.
    recents_list => tree::recents;
    /// All tags in use.
    tags_list => tree::tags;
    /// Adds a machine from `user@host:port`.
    entry_quick_add => tree::quick_add;

    /// All snippets.
    snippet_list => snippets::list;
    /// Adds or changes a snippet.
    snippet_save => snippets::save;
    /// Deletes a snippet.
    snippet_delete => snippets::delete;
    /// A snippet as it would be sent, with dots for secrets.
    snippet_preview => snippets::preview;
    /// Types a filled snippet into the terminal of a session.
    snippet_send => snippets::send;

    /// All triggers.
    trigger_list => triggers::list;
    /// Adds or changes a trigger.
    trigger_save => triggers::save;
    /// Deletes a trigger.
    trigger_delete => triggers::delete;
    /// Whether a pattern is found in a line.
    trigger_try => triggers::attempt;
    /// Which places in lines of a session are to be marked.
    trigger_marks => triggers::marks;

    /// Machines that folders, tags and machines stand for, in the order of the tree.
    run_targets => runs::targets;
    /// Runs a command or snippet on many machines; nothing is asked on the way.
    run_start => runs::start;
    /// The last commands on many machines, latest first.
    run_list => runs::list;
    /// One of them with its machines and how they are grouped.
    run_get => runs::get;
    /// What a machine of it put out.
    run_output => runs::output;
    /// How the output of two machines of it differs.
    run_diff => runs::diff;
    /// Groups its machines by another rule.
    run_group => runs::group;
    /// Does it once more on those machines of it that failed, or on the ones named.
    run_retry => runs::retry;
    /// Does all of it once more.
    run_again => runs::again;
    /// Stops it, or one machine of it.
    run_cancel => runs::cancel;
    /// Forgets it; what still runs is stopped.
    run_forget => runs::forget;
    /// Writes its results to a file.
    run_export => runs::export;

    /// All identities.
    identity_list => identities::list;
    /// Adds or changes an identity.
    identity_save => identities::save;
    /// Deletes an identity; one in use only with force.
    identity_delete => identities::delete;
    /// Machines and folders that name an identity.
    identity_used_by => identities::used_by;
    /// What a private key is, without keeping it.
    identity_inspect_key => identities::inspect_key;
    /// Shows a secret, shortly after the passphrase was typed.
    identity_reveal => identities::reveal;
    /// Makes a new key pair and keeps it as an identity.
    identity_generate_key => identities::generate_key;
    /// Keys of the running SSH agent.
    agent_keys => identities::agent_keys;
    /// Gives up making a key pair.
    identity_cancel_generate => identities::cancel_generate;
    /// The public half of an identity's key.
    identity_public_key => identities::public_key;
    /// The picture OpenSSH draws of an identity's key.
    identity_picture => identities::picture;
    /// Writes the public half of an identity's key to a file.
    identity_export_public => identities::export_public;
    /// Writes an identity's private key to a file, encrypted, shortly after the passphrase was typed.
    identity_export_private => identities::export_private;
    /// What an authority needs to sign a certificate for an identity's key.
    identity_certificate_request => identities::certificate_request;
    /// Whether programs that use Patchbay's agent are asked about each use of an identity's key.
    identity_ask_on_use => identities::ask_on_use;
    /// Installs an identity's public key in the account that a session for files is signed in to.
    identity_install_key => identities::install;
    /// Where Patchbay's own agent stands.
    agent_status => agent::status;
    /// Allows or denies a program the use of a key.
    agent_answer => agent::answer;

    /// Settings of this computer.
    settings_get => settings::get;
    /// Changes the settings of this computer.
    settings_set => settings::set;
    /// Settings that travel with the vault.
    vault_settings_get => settings::get_vault;
    /// Changes the settings that travel with the vault.
    vault_settings_set => settings::set_vault;
    /// The tabs open last time.
    layout_get => settings::get_layout;
    /// Remembers the open tabs.
    layout_set => settings::set_layout;
    /// Tabs and splits that were saved under a name.
    layout_list => layouts::list;
    /// Saves tabs and splits under a name, or gives saved ones another name or content.
    layout_save => layouts::save;
    /// Forgets tabs and splits that were saved under a name.
    layout_delete => layouts::delete;
    /// About this computer and this Patchbay.
    app_info => app::info;

    /// Opens a session; connecting goes on by itself.
    session_open => sessions::open;
    /// Opens a session with a machine of a team server from this computer, with what the server hands out for it.
    session_open_direct => sessions::open_direct;
    /// What it takes to dial a machine from another computer; only a team server says, and only where its rules allow it.
    session_hand_out => sessions::hand_out;
    /// All sessions.
    session_list => sessions::list;
    /// A way for the webview to reach the bytes of a session.
    session_attach => sessions::attach;
    /// Answers what a session asks.
    session_answer => sessions::answer;
    /// Answers nothing: gives up what the session was asking for.
    session_cancel_prompt => sessions::cancel_prompt;
    /// Decides about a host key.
    session_host_key => sessions::host_key;
    /// Connects a closed session again; what it showed stays.
    session_reconnect => sessions::reconnect;
    /// Ends the connection; the session stays to be read.
    session_disconnect => sessions::disconnect;
    /// Ends the connection and forgets the session.
    session_close => sessions::close;
    /// Gives a session another title.
    session_rename => sessions::rename;
    /// Tells a line something besides bytes: a break, DTR, RTS.
    session_signal => sessions::signal;
    /// Makes files of this computer ones that can be pasted on a desktop; how many, with all that is in folders.
    session_lend_files => sessions::lend_files;
    /// The serial ports of this computer.
    serial_ports => sessions::serial_ports;
    /// Tries a machine that is not saved yet: signs in and closes.
    session_test => sessions::test;
    /// The tunnels of a machine: those kept with it, and those started by hand.
    tunnel_list => tunnels::list;
    /// The machines with tunnels that were started.
    tunnel_started => tunnels::started;
    /// Starts a tunnel of a machine; connecting goes on by itself.
    tunnel_start => tunnels::start;
    /// Starts a tunnel that need not be kept with the machine.
    tunnel_start_new => tunnels::start_new;
    /// Starts all tunnels kept with a machine.
    tunnel_start_all => tunnels::start_all;
    /// Stops a tunnel and ends its connections.
    tunnel_stop => tunnels::stop;
    /// Stops all tunnels of a machine.
    tunnel_stop_all => tunnels::stop_all;

    /// Asks the ways to manage a machine, or gives what they said lately.
    management_status => management::status;
    /// Asks one way to manage a machine that is not saved yet.
    management_test => management::test;
    /// Puts the certificate of a way to manage a machine on record.
    management_trust => management::trust;
    /// Signs in at a machine's cluster, or its guest's, with the code of a second factor.
    management_sign_in => management::sign_in;
    /// The families of power units that are known: their keys, and makers with models.
    management_families => management::families;
    /// Tries the ways to a console of a machine, best first.
    console_ladder => management::ladder;
    /// What is to be known before something is done with the power of machines.
    power_guard => power::guard;
    /// Does something with a machine's power, by one way or by the best that works.
    power_do => power::act;
    /// What was done with a machine's power, ports and outlets, the latest first.
    power_history => power::history;
    /// All machines with ways to manage them, and what these said lately or say now.
    fleet_list => power::fleet;
    /// Does something with the power of many machines.
    fleet_power => power::fleet_act;
    /// The sensors of a machine, read now.
    bmc_sensors => bmc::sensors;
    /// The event log of a machine.
    bmc_log => bmc::log;
    /// Clears the event log of a machine.
    bmc_clear_log => bmc::clear_log;
    /// Writes the event log of a machine to a file as CSV.
    bmc_export_log => bmc::export_log;
    /// What a machine and its management controller are.
    bmc_facts => bmc::facts;
    /// Switches a machine's locating light.
    bmc_locate => bmc::locate;
    /// Says what a machine starts from.
    bmc_boot => bmc::boot;
    /// Starts a management controller anew; the machine runs on.
    bmc_reset => bmc::reset;
    /// The users of a management controller.
    bmc_users => bmc::users;
    /// Adds or changes a user of a management controller.
    bmc_save_user => bmc::save_user;
    /// Deletes a user of a management controller.
    bmc_delete_user => bmc::delete_user;
    /// Puts an image into a virtual drive of a machine.
    bmc_insert_media => bmc::insert_media;
    /// Takes the image out of a virtual drive of a machine.
    bmc_eject_media => bmc::eject_media;
    /// Sends a raw command of IPMI: bytes in hexadecimal, the first two network function and command.
    bmc_raw => bmc::raw;
    /// A cluster with its nodes, guests and storages.
    cluster_get => cluster::get;
    /// Whether a cluster is looked at every few seconds from now on; the event `cluster` says when it changed.
    cluster_watch => cluster::watch;
    /// A guest with its configuration and snapshots.
    guest_get => cluster::guest_get;
    /// What is to be known before something is done with a guest's power.
    guest_power_guard => cluster::guest_power_guard;
    /// Does something with a guest's power.
    guest_power => cluster::guest_power;
    /// Changes a guest's configuration.
    guest_change => cluster::guest_change;
    /// Makes a disk of a guest larger.
    guest_grow_disk => cluster::guest_grow_disk;
    /// Takes a snapshot of a guest.
    guest_take_snapshot => cluster::guest_take_snapshot;
    /// Takes a guest back to a snapshot: what it is now is lost.
    guest_roll_back => cluster::guest_roll_back;
    /// Deletes a snapshot of a guest.
    guest_delete_snapshot => cluster::guest_delete_snapshot;
    /// Backs a guest up.
    guest_back_up => cluster::guest_back_up;
    /// The backups of a guest that its node sees.
    guest_backups => cluster::guest_backups;
    /// Copies a guest.
    guest_clone => cluster::guest_clone;
    /// Makes a virtual machine from a template.
    guest_from_template => cluster::guest_from_template;
    /// Moves a guest to another node.
    guest_migrate => cluster::guest_migrate;
    /// Deletes a guest with its disks.
    guest_delete => cluster::guest_delete;
    /// What a cluster remembers of a guest.
    guest_graph => cluster::guest_graph;
    /// Puts a backup back.
    guest_restore => cluster::guest_restore;
    /// What lies in a storage.
    storage_content => cluster::storage_content;
    /// Uploads an image or template of this computer into a storage.
    storage_upload => cluster::storage_upload;
    /// Deletes something that lies in a storage.
    volume_delete => cluster::volume_delete;
    /// Tasks of clusters that were begun from here, the latest first.
    cluster_tasks => cluster::tasks;
    /// Stops a task of a cluster.
    cluster_task_cancel => cluster::cancel_task;
    /// Forgets a task of a cluster that is over.
    cluster_task_forget => cluster::forget_task;
    /// A switch with its ports and VLANs.
    switch_get => switch::get;
    /// Reads the counters of a switch, and gives what each port carried in the last hour.
    switch_traffic => switch::traffic;
    /// The addresses that a switch has seen, and behind which ports.
    switch_stations => switch::stations;
    /// What a switch would be changed to: read, planned and compared, and nothing done.
    switch_plan => switch::plan;
    /// Carries out a plan; it is taken back by itself unless it is kept in time.
    switch_apply => switch::apply;
    /// Keeps a change of a switch.
    switch_keep => switch::keep;
    /// Takes a change of a switch back now.
    switch_revert => switch::revert;
    /// Changes of switches since the app started, the latest first.
    switch_changes => switch::changes;
    /// A console server or KVM switch with its ports.
    console_ports => management::ports;
    /// A power unit with its outlets.
    pdu_get => pdu::get;
    /// What is to be known before an outlet is switched.
    outlet_guard => pdu::guard;
    /// Switches an outlet.
    outlet_do => pdu::act;

    /// The files in a folder of this computer or of a machine.
    files_list => files::list;
    /// What is in files and folders altogether.
    files_count => files::count;
    /// Makes a folder.
    files_make_folder => files::make_folder;
    /// Gives a file or folder another name or place.
    files_rename => files::rename;
    /// Sets the permissions of files and folders.
    files_set_mode => files::set_mode;
    /// Sets the permissions of folders and everything inside, as a task.
    files_set_mode_inside => files::set_mode_inside;
    /// The beginning of a file, to look at.
    files_preview => files::preview;
    /// Copies files and folders to a folder of this computer or of a machine, as a task.
    files_copy => files::copy;
    /// Deletes files and folders with everything inside, as a task.
    files_delete => files::delete;
    /// A picture, to look at: what it is, and a way for the webview to reach its bytes.
    files_picture => files::picture;
    /// Fetches a file of a machine to be edited on this computer; it is uploaded whenever it is saved.
    files_edit => edits::edit;
    /// All files that are edited on this computer.
    edit_list => edits::list;
    /// Says what becomes of an edited file that could not be uploaded as it is.
    edit_answer => edits::answer;
    /// Edits a file no longer.
    edit_stop => edits::stop;
    /// All tasks, oldest first.
    task_list => files::tasks;
    /// Stops a task; what was finished until then stays.
    task_cancel => files::task_cancel;
    /// Decides about a file that is there already.
    task_answer => files::task_answer;
    /// Does a task that failed or was stopped again.
    task_retry => files::task_retry;
    /// Forgets a task that is over.
    task_forget => files::task_forget;
    /// Lets a task stand still, with what it has done so far.
    task_pause => files::task_pause;
    /// Lets a paused task go on.
    task_resume => files::task_resume;
    /// Lets all tasks stand still.
    tasks_pause => files::tasks_pause;
    /// Lets all paused tasks go on.
    tasks_resume => files::tasks_resume;
    /// Compares what a finished copy has put in its place with where it came from, as a task.
    task_verify => files::task_verify;

    /// All recordings, latest first.
    recording_list => recordings::list;
    /// A part of a recording of a terminal, as events.
    recording_read => recordings::read;
    /// Opens a recording of a desktop to be played; its picture comes as that of a session.
    recording_play => recordings::play;
    /// A way for the webview to reach the picture of a player.
    recording_attach => recordings::attach;
    /// Shows a time of a recording in its player.
    recording_show => recordings::show;
    /// A small picture of a recording at about a time, and a way to reach its bytes.
    recording_picture => recordings::picture;
    /// Ends a player.
    recording_leave => recordings::leave;
    /// Looks for text in recordings, a step of the way.
    recording_search => recordings::search;
    /// Writes a recording to a plain file (asciicast, or animated PNG of a desktop); gives why it is not all of it.
    recording_export => recordings::export;
    /// Gives a recording another title.
    recording_rename => recordings::rename;
    /// Deletes a recording for good.
    recording_delete => recordings::delete;
    /// What a rule for keeping recordings would delete now.
    recordings_expiring => recordings::expiring;
    /// Records a terminal or desktop that is open, from now on.
    session_record => recordings::record;
    /// Ends the recording of a session; the session goes on.
    session_record_stop => recordings::stop;

    /// The team servers whose machines are shown here.
    workspace_list => workspaces::list;
    /// What answers at an address, before anything is sent to it.
    workspace_look => workspaces::look;
    /// What a link to join says, once the server is trusted.
    workspace_invitation => workspaces::invitation;
    /// Adds a team server; nothing is kept unless it lets the person in.
    workspace_add => workspaces::add;
    /// Signs in to a team server again.
    workspace_sign_in => workspaces::sign_in;
    /// Begins to sign in to a team server with the browser: a code, and the page to compare it on.
    workspace_browser_begin => workspaces::browser_begin;
    /// Waits until the page has been answered, and adds the team server or signs in to it.
    workspace_browser_wait => workspaces::browser_wait;
    /// Gives up signing in with the browser; nothing is kept of it.
    workspace_browser_cancel => workspaces::browser_cancel;
    /// Ends the sign-in at a team server, which stays in the list.
    workspace_sign_out => workspaces::sign_out;
    /// Ends the sign-in at a team server and forgets the server.
    workspace_remove => workspaces::remove;
    /// Connects with a team server without waiting for the next try.
    workspace_retry => workspaces::retry;
    /// Trusts another certificate of a team server, which the person has compared.
    workspace_trust => workspaces::trust;
    /// A request to a route of a team server, below `/api/v1`.
    workspace_request => workspaces::request;

    /// Host keys on record.
    hostkey_list => hostkeys::list;
    /// Forgets a host key.
    hostkey_remove => hostkeys::remove;
    /// Puts an authority of hosts on record.
    hostkey_authority_add => hostkeys::add_authority;
    /// Which algorithms are offered, and what the switch for legacy devices adds.
    algorithm_policy => hostkeys::algorithms;
    /// Looks whether machines answer; results come as events.
    status_check => status::check;
    /// Wakes machines over the network.
    wake => status::wake;
    /// The formats that can be imported.
    import_formats => import::formats;
    /// What importing a file, a folder or a text would add.
    import_preview => import::preview;
    /// Imports what was picked.
    import_apply => import::apply;
    /// Writes machines to a table, an OpenSSH configuration or an encrypted archive.
    export_write => export::write;
}

//! Every route: where, what it is called in the audit log, who may call it, what runs, and a line about it.

use super::{
    access, accounts, audit, device, files, grants, me, open, organisations, passkeys,
    policy::{Administrator, Anyone, Giver, Guest, Known, Member, Opener, Operator, Own, Person},
    proofs, providers,
    route::{Route, Verb, route},
    sharing,
};
use Verb::{Delete, Get, Patch, Post, Put};

macro_rules! table {
    ($($verb:ident $path:literal $action:literal $policy:ident $run:path, $summary:literal;)+) => {
        /// All of them.
        pub(super) fn table() -> Vec<Route> {
            vec![$(route($verb, $path, $action, $policy, $run, $summary)),+]
        }
    };
}

table! {
    Get "/openapi.json" "openapi.read" Anyone open::document, "This document.";
    Get "/server" "server.read" Anyone open::info, "What the server is.";
    Post "/password-strength" "password.judge" Anyone open::judge, "How good a password is. Nothing is kept of it.";
    Post "/setup" "server.set_up" Anyone open::set_up, "Makes the first account, which runs the server, and its organisation. The link is worthless from then on.";
    Post "/sign-in" "account.sign_in" Anyone open::sign_in, "Signs in. 401 `needsCode` if a one-time password is asked for besides.";
    Get "/sign-in/ways" "ways.read" Anyone providers::ways, "How people may sign in besides by a name and a password.";
    Post "/sign-in/oidc/{id}" "oidc.begin" Anyone providers::begin, "Begins to sign in at a provider (OpenID Connect): where the browser goes.";
    Post "/sign-in/oidc" "oidc.end" Anyone providers::end, "Signs in whom a browser comes back with from a provider.";
    Post "/sign-in/second" "oidc.second" Anyone providers::second, "The one-time password of somebody whom a provider vouched for.";
    Post "/sign-in/passkey/begin" "passkey.ask" Anyone passkeys::ask, "What a device signs to let its person in.";
    Post "/sign-in/passkey" "passkey.sign_in" Anyone passkeys::sign_in, "Signs in whose passkey has signed. No one-time password is asked for: the device has checked who uses it.";
    Post "/sign-in/device" "device.begin" Anyone device::begin, "A program without a browser begins to ask to be let in (as RFC 8628 has it).";
    Post "/sign-in/device/token" "device.poll" Anyone device::poll, "Whether the program is let in yet; it gets its token once. 429 `throttled` if it asks more often than it may.";
    Delete "/sign-in/device" "device.withdraw" Anyone device::withdraw, "A program asks no more to be let in, and nobody can let it in any more.";
    Get "/invitations/{token}" "invitation.look" Anyone open::invitation, "What a link says before anybody joins.";
    Post "/join" "organisation.join" Anyone open::join, "Makes an account that belongs to the organisation of the link.";
    Delete "/acting" "account.act_as_end" Anyone accounts::end_acting, "Ends what the token or the cookie of this request began as somebody else; nothing if that has ended already.";

    Post "/sign-out" "account.sign_out" Person me::sign_out, "Ends the sign-in of this request.";
    Get "/me" "me.read" Known me::look, "The person who is signed in.";
    Get "/nodes" "nodes.read" Known me::nodes, "Where the server is reached, for who finds this node gone: the node that was seen last comes first. Empty if there is but one.";
    Patch "/me" "account.rename" Person me::rename, "Changes what others call the person.";
    Post "/me/join" "me.join" Person me::join, "Joins a further organisation.";
    Post "/me/device/look" "device.look" Person device::look, "Which program waits under a code.";
    Post "/me/device" "device.answer" Person device::answer, "Lets the program in that waits under a code, as the caller, or does not.";
    Post "/me/password" "password.change" Person me::change_password, "Changes the password and ends all other sign-ins.";
    Post "/me/totp" "totp.begin" Person me::begin_totp, "Begins with one-time passwords; they are not asked for until it is confirmed.";
    Put "/me/totp" "totp.confirm" Person me::confirm_totp, "Asks for one-time passwords from now on.";
    Delete "/me/totp" "totp.end" Person me::end_totp, "Asks for one-time passwords no more.";
    Post "/me/recovery-codes" "recovery_codes.renew" Person me::renew_recovery_codes, "New recovery codes in place of those there were.";
    Get "/me/sign-ins" "sign_ins.read" Own proofs::sign_ins, "Where the person is signed in, the latest use first.";
    Delete "/me/sign-ins/{id}" "sign_in.end" Person proofs::end_sign_in, "Ends a sign-in.";
    Delete "/me/sign-ins" "sign_ins.end" Person proofs::end_other_sign_ins, "Ends all sign-ins but the one of this request.";
    Get "/me/tokens" "tokens.read" Own proofs::tokens, "The person's tokens.";
    Post "/me/tokens" "token.create" Person proofs::create_token, "Makes a token, which is shown this once.";
    Delete "/me/tokens/{id}" "token.delete" Person proofs::delete_token, "Takes a token back.";

    Get "/me/passkeys" "passkeys.read" Own passkeys::list, "The person's passkeys, the oldest first.";
    Post "/me/passkeys/begin" "passkey.begin" Person passkeys::begin, "What a device is asked to make.";
    Post "/me/passkeys" "passkey.create" Person passkeys::add, "Keeps a passkey that a device has made.";
    Patch "/me/passkeys/{id}" "passkey.rename" Person passkeys::rename, "Calls a passkey something else.";
    Delete "/me/passkeys/{id}" "passkey.delete" Person passkeys::remove, "Removes a passkey, unless nothing else lets the person in.";
    Get "/me/links" "links.read" Own providers::links, "Who the person is at providers, and which of those there are.";
    Post "/me/links/oidc/{id}" "link.begin" Person providers::begin_link, "Begins to link the account with a provider: where the browser goes.";
    Post "/me/links/oidc" "link.oidc" Person providers::end_link, "Links the account with whom a browser comes back from a provider.";
    Post "/me/links/directory/{id}" "link.directory" Person providers::link_directory, "Links the account with an entry of a directory.";
    Delete "/me/links/{id}" "link.delete" Person providers::unlink, "Takes a link away, unless nothing else lets the person in.";

    Get "/providers" "providers.read" Operator providers::list, "Providers that know who people are, the oldest first.";
    Post "/providers" "provider.create" Operator providers::create, "Adds a provider.";
    Post "/providers/try" "provider.try" Operator providers::attempt, "Asks a provider as far as that goes, and says in words how far that is.";
    Put "/providers/{id}" "provider.change" Operator providers::change, "Changes a provider.";
    Delete "/providers/{id}" "provider.delete" Operator providers::delete, "Deletes a provider with all links to it. Accounts stay.";
    Get "/accounts" "accounts.read" Operator accounts::list, "All accounts, by name.";
    Patch "/accounts/{id}" "account.change" Operator accounts::change, "Lets somebody run the server, suspends somebody, or takes it back.";
    Put "/accounts/{id}/password" "account.password" Operator accounts::reset_password, "Another password for somebody who forgot it. Ends all their sign-ins.";
    Delete "/accounts/{id}/totp" "account.totp" Operator accounts::reset_totp, "Asks somebody for one-time passwords no more.";
    Get "/accounts/{id}/ways" "account.ways" Operator accounts::ways, "How somebody can sign in: whether by a password, by which providers, and by which passkeys.";
    Delete "/accounts/{id}/links/{link}" "account.link" Operator accounts::remove_link, "Takes a link of somebody else's away, even if nothing else lets them in. Ends all their sign-ins.";
    Delete "/accounts/{id}/passkeys/{passkey}" "account.passkey" Operator accounts::remove_passkey, "Removes a passkey of somebody else's, even if nothing else lets them in. Ends all their sign-ins.";
    Delete "/accounts/{id}" "account.delete" Operator accounts::delete, "Deletes an account with its personal machines.";
    Post "/accounts/{id}/act-as" "account.act_as" Operator accounts::act_as, "Sees the server as somebody else does, for 30 minutes: without their own space, without any secret, and in the audit log under both names.";
    Get "/audit" "audit.read" Operator audit::records, "Records of the audit log, from one on.";
    Get "/audit/head" "audit.head" Operator audit::head, "The last record's number and hash, to be kept elsewhere.";
    Get "/audit/entries" "audit.find" Operator audit::find, "Entries of the audit log that fit, newest first and a page at a time.";
    Get "/audit/export.jsonl" "audit.export_lines" Operator audit::export_lines, "All entries that fit, newest first, each as JSON on a line of its own.";
    Get "/audit/export.csv" "audit.export_table" Operator audit::export_table, "All entries that fit, newest first, as a table of comma-separated values.";
    Get "/audit/check" "audit.check_state" Operator audit::check, "Where the check of the log stands that was begun last; null if there was none.";
    Post "/audit/check" "audit.check" Operator audit::begin_check, "Begins to check the whole log: whether anything in it was altered, dropped, moved or cut off.";
    Delete "/audit/check" "audit.check_cancel" Operator audit::cancel_check, "Tells the check that is under way to stop.";
    Post "/organisations" "organisation.create" Operator organisations::create, "Makes an organisation that the caller owns.";
    Delete "/organisations/{organisation}" "organisation.delete" Operator organisations::delete, "Deletes an organisation with everything in it.";

    Patch "/organisations/{organisation}" "organisation.rename" Administrator organisations::rename, "Renames an organisation.";
    Put "/organisations/{organisation}/policy" "organisation.policy" Administrator organisations::set_policy, "Changes what an organisation demands of its members.";
    Get "/organisations/{organisation}/audit" "organisation.audit" Administrator audit::find_within, "Entries of the audit log that concern the organisation, newest first and a page at a time.";
    Get "/organisations/{organisation}/audit/export.jsonl" "organisation.audit_export_lines" Administrator audit::export_lines_within, "All entries that concern the organisation and fit, newest first, each as JSON on a line of its own.";
    Get "/organisations/{organisation}/audit/export.csv" "organisation.audit_export_table" Administrator audit::export_table_within, "All entries that concern the organisation and fit, newest first, as a table of comma-separated values.";
    Get "/organisations/{organisation}/members" "members.read" Member organisations::members, "The members, by display name.";
    Delete "/organisations/{organisation}/members/{account}" "member.remove" Administrator organisations::remove_member, "Takes a member out, with all they were given, and ends their sessions with the organisation's machines.";
    Get "/organisations/{organisation}/groups" "groups.read" Member organisations::groups, "The groups, by name.";
    Post "/organisations/{organisation}/groups" "group.create" Administrator organisations::create_group, "Makes a group.";
    Put "/organisations/{organisation}/groups/{id}" "group.change" Administrator organisations::change_group, "Changes a group.";
    Delete "/organisations/{organisation}/groups/{id}" "group.delete" Administrator organisations::delete_group, "Deletes a group with what it was given.";
    Get "/organisations/{organisation}/roles" "roles.read" Member organisations::roles, "The roles, the built-in ones first.";
    Post "/organisations/{organisation}/roles" "role.create" Administrator organisations::create_role, "Makes a role.";
    Put "/organisations/{organisation}/roles/{id}" "role.change" Administrator organisations::change_role, "Changes a role.";
    Delete "/organisations/{organisation}/roles/{id}" "role.delete" Administrator organisations::delete_role, "Deletes a role that nobody has.";
    Get "/organisations/{organisation}/grants" "grants.read" Member grants::list, "Who has what: all of it for those who administer, their own for others.";
    Post "/organisations/{organisation}/grants" "grant.create" Giver grants::create, "Gives a role to somebody. Needs `share` or `administer` there, and all that the role allows.";
    Delete "/organisations/{organisation}/grants/{id}" "grant.delete" Giver grants::delete, "Takes a role from somebody.";
    Get "/organisations/{organisation}/invitations" "invitations.read" Administrator organisations::invitations, "Links to join that can still be used.";
    Post "/organisations/{organisation}/invitations" "invitation.create" Administrator organisations::invite, "Makes a link to join; its token is shown this once.";
    Delete "/organisations/{organisation}/invitations/{id}" "invitation.delete" Administrator organisations::delete_invitation, "Takes a link to join back.";
    Get "/access/{node}" "access.read" Known access::look, "Who has what on a folder or machine that the caller may see.";
    Get "/sessions/{session}/shares" "shares.read" Opener sharing::list, "Links to a session that can still be used, the newest first.";
    Post "/sessions/{session}/shares" "share.create" Opener sharing::create, "Makes a link to a session; its token is shown this once. Needs `share` on the machine.";
    Delete "/sessions/{session}/shares" "share.end" Opener sharing::end, "Ends the sharing of a session: all links are worthless, and all guests are out.";
    Delete "/sessions/{session}/shares/{id}" "share.delete" Opener sharing::delete, "Takes a link back; whoever came by it is out.";
    Get "/sessions/{session}/guests" "guests.read" Opener sharing::guests, "Who is at a session, and who has control.";
    Delete "/sessions/{session}/guests/{id}" "guest.remove" Opener sharing::remove_guest, "Throws a guest out, who does not come back while the session is shared.";
    Post "/sessions/{session}/control" "share.control" Opener sharing::control, "Gives control to a guest, or takes it back.";
    Get "/sessions/{session}/file" "files.download" Opener files::download, "A file of the machine whose files the session has open, as it is.";
    Put "/sessions/{session}/file" "files.upload" Opener files::upload, "Writes a file of that machine: the body, however long. It takes its place when it is whole.";
    Get "/shares/{token}" "share.look" Guest sharing::look, "What a link to a session says before anybody joins.";
    Post "/shares/join" "share.join" Guest sharing::join, "Joins by a link: with the account of the request, or by a name.";
    Post "/shares/state" "share.state" Guest sharing::state, "How the session stands: at once, or when something has changed.";
    Post "/shares/attach" "share.attach" Guest sharing::attach, "A way to the session's bytes, for one connection.";
    Post "/shares/control" "share.wish" Guest sharing::wish, "Asks for control, or gives it back.";
    Post "/shares/leave" "share.leave" Guest sharing::leave, "Leaves.";
    Get "/why" "access.why" Known access::why, "Why somebody may do something: about oneself, or with `share` or `administer` there.";
}

//! Every route: where, what it is called in the audit log, who may call it, what runs, and a line about it.

use super::{
    access, accounts, audit, grants, me, open, organisations,
    policy::{Administrator, Anyone, Giver, Known, Member, Operator, Person},
    proofs,
    route::{Route, Verb, route},
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
    Get "/invitations/{token}" "invitation.look" Anyone open::invitation, "What a link says before anybody joins.";
    Post "/join" "organisation.join" Anyone open::join, "Makes an account that belongs to the organisation of the link.";

    Post "/sign-out" "account.sign_out" Person me::sign_out, "Ends the sign-in of this request.";
    Get "/me" "me.read" Known me::look, "The person who is signed in.";
    Patch "/me" "account.rename" Person me::rename, "Changes what others call the person.";
    Post "/me/join" "me.join" Person me::join, "Joins a further organisation.";
    Post "/me/password" "password.change" Person me::change_password, "Changes the password and ends all other sign-ins.";
    Post "/me/totp" "totp.begin" Person me::begin_totp, "Begins with one-time passwords; they are not asked for until it is confirmed.";
    Put "/me/totp" "totp.confirm" Person me::confirm_totp, "Asks for one-time passwords from now on.";
    Delete "/me/totp" "totp.end" Person me::end_totp, "Asks for one-time passwords no more.";
    Post "/me/recovery-codes" "recovery_codes.renew" Person me::renew_recovery_codes, "New recovery codes in place of those there were.";
    Get "/me/sign-ins" "sign_ins.read" Known proofs::sign_ins, "Where the person is signed in, the latest use first.";
    Delete "/me/sign-ins/{id}" "sign_in.end" Person proofs::end_sign_in, "Ends a sign-in.";
    Delete "/me/sign-ins" "sign_ins.end" Person proofs::end_other_sign_ins, "Ends all sign-ins but the one of this request.";
    Get "/me/tokens" "tokens.read" Known proofs::tokens, "The person's tokens.";
    Post "/me/tokens" "token.create" Person proofs::create_token, "Makes a token, which is shown this once.";
    Delete "/me/tokens/{id}" "token.delete" Person proofs::delete_token, "Takes a token back.";

    Get "/accounts" "accounts.read" Operator accounts::list, "All accounts, by name.";
    Patch "/accounts/{id}" "account.change" Operator accounts::change, "Lets somebody run the server, suspends somebody, or takes it back.";
    Put "/accounts/{id}/password" "account.password" Operator accounts::reset_password, "Another password for somebody who forgot it. Ends all their sign-ins.";
    Delete "/accounts/{id}/totp" "account.totp" Operator accounts::reset_totp, "Asks somebody for one-time passwords no more.";
    Delete "/accounts/{id}" "account.delete" Operator accounts::delete, "Deletes an account with its personal machines.";
    Get "/audit" "audit.read" Operator audit::records, "Records of the audit log, from one on.";
    Get "/audit/head" "audit.head" Operator audit::head, "The last record's number and hash, to be kept elsewhere.";
    Post "/organisations" "organisation.create" Operator organisations::create, "Makes an organisation that the caller owns.";
    Delete "/organisations/{organisation}" "organisation.delete" Operator organisations::delete, "Deletes an organisation with everything in it.";

    Patch "/organisations/{organisation}" "organisation.rename" Administrator organisations::rename, "Renames an organisation.";
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
    Get "/why" "access.why" Known access::why, "Why somebody may do something: about oneself, or with `share` or `administer` there.";
}

//! What people do on a team server.

use super::{App, PASSPHRASE};
use serde_json::{Value, json};

impl App {
    /// From the link that the server printed to its first account and organisation, as whoever runs it goes.
    pub async fn set_up(&self) {
        let window = &self.window;
        window.find("[data-testid=set-up]").await.unwrap();
        self.accessible("setting a server up").await;
        self.fill_account("Ada", "ada").await;
        window.fill("[data-testid=organisation-name]", "Lab").await.unwrap();
        window.click("[data-testid=set-up-go]").await.unwrap();
        window.find("[data-testid=start-page]").await.unwrap();
        self.accessible("start page").await;
    }

    /// Fills in who a new account is for, and its password twice.
    pub async fn fill_account(&self, display: &str, name: &str) {
        for (field, text) in [
            ("account-display", display),
            ("account-name", name),
            ("passphrase", PASSPHRASE),
            ("passphrase-again", PASSPHRASE),
        ] {
            self.window.fill(&format!("[data-testid={field}]"), text).await.unwrap();
        }
    }

    /// Makes a link that lets one person join with a role, and gives it.
    pub async fn invite(&self, role: &str) -> String {
        let window = &self.window;
        self.choose("People and permissions").await;
        window.click("[data-testid=invite]").await.unwrap();
        window.click("[data-testid=invite-role]").await.unwrap();
        window.click_text("[role=option]", role).await.unwrap();
        self.accessible("an invitation").await;
        window.click_text("[data-testid=invite-dialog] button", "Make the link").await.unwrap();
        let link = window.wait_text("[data-testid=invite-link] pre", "/join#").await.unwrap();
        window.click_text("[data-testid=invite-link] button", "I have kept it").await.unwrap();
        link.trim().to_owned()
    }

    /// Makes a role that allows to see, and what these words of its picks stand for.
    pub async fn make_role(&self, name: &str, allows: &[&str]) {
        let window = &self.window;
        self.choose("People and permissions").await;
        window.click("[data-testid=people-roles]").await.unwrap();
        window.click("[data-testid=role-new]").await.unwrap();
        window.fill("[data-testid=role-name]", name).await.unwrap();
        for words in allows {
            window.click_text("[data-testid=role-dialog] label", words).await.unwrap();
        }
        self.accessible("a role").await;
        window.click_text("[data-testid=role-dialog] button", "Make role").await.unwrap();
        window.wait_text("[data-testid=people]", name).await.unwrap();
        window.click("[data-testid=people-people]").await.unwrap();
    }

    /// Makes a link to the session in front for anybody who looks, and gives it.
    pub async fn share(&self) -> String {
        let window = &self.window;
        self.choose("Share this session…").await;
        window.find("[data-testid=share-make]").await.unwrap();
        self.accessible("sharing a session").await;
        window.click("[data-testid=share-make]").await.unwrap();
        let link = window.wait_text("[data-testid=share-link] p", "/share#").await.unwrap();
        window.click_text("[data-testid=share-dialog] button", "Done").await.unwrap();
        link.trim().to_owned()
    }

    /// Adds a machine on loopback to the organisation, and returns its id and that of its identity.
    pub async fn add_to_lab(&self, name: &str, port: u16, identity: Value) -> (Value, Value) {
        let script = "const [done] = arguments; \
            fetch('/api/v1/me').then((answer) => answer.json()).then((me) => done(me.organisations[0].id))";
        let lab = self.window.run_async(script, vec![]).await.unwrap();
        let entry = json!({ "name": name });
        let added = self.add(lab, entry, port, identity, json!({})).await;
        (added["id"].clone(), added["settings"]["identities"][0].clone())
    }
}

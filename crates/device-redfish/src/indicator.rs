//! The light that shows which machine it is.

use crate::{
    Client, RedfishError, Resource, Sent,
    json::{at, flag, text},
};
use serde_json::{Value, json};

/// Whether the light is on, as far as the resource has one.
pub(crate) fn is_lit(body: &Value) -> Option<bool> {
    flag(body, &["LocationIndicatorActive"]).or_else(|| {
        text(body, &["IndicatorLED"]).map(|state| state == "Lit" || state == "Blinking")
    })
}

impl Client {
    /// Turns the light on or off: the system's, or that of the chassis it is in.
    ///
    /// # Errors
    /// If there is none, or the machine says no.
    pub async fn locate(&self, lit: bool) -> Result<Sent, RedfishError> {
        let system = self.fresh_system().await?;
        if is_lit(&system.body).is_some() {
            return self.set(&system, lit).await;
        }
        for chassis in self.chassis().await? {
            let chassis = self.get_if_there(Some(chassis)).await?;
            if let Some(chassis) = chassis.filter(|chassis| is_lit(&chassis.body).is_some()) {
                return self.set(&chassis, lit).await;
            }
        }
        Err(self.missing("light to find it by"))
    }

    /// `IndicatorLED` is what came before `LocationIndicatorActive` (DSP0268), and some have both and mean the new one.
    async fn set(&self, light: &Resource, lit: bool) -> Result<Sent, RedfishError> {
        if at(&light.body, &["LocationIndicatorActive"]).is_boolean() {
            return self.patch(light, &json!({ "LocationIndicatorActive": lit })).await;
        }
        if !lit {
            return self.patch(light, &json!({ "IndicatorLED": "Off" })).await;
        }
        let blinking = self.patch(light, &json!({ "IndicatorLED": "Blinking" })).await;
        match blinking {
            // Not every light can blink.
            Err(error) if error.is_refused(&[400, 501]) => {
                self.patch(light, &json!({ "IndicatorLED": "Lit" })).await
            }
            sent => sent,
        }
    }
}

//! Between two looks at a condition.

use std::time::Duration;

/// How long, which nobody notices and which leaves the processors to what is waited for.
const MOMENT: Duration = Duration::from_millis(5);

/// Passes a moment before a condition is looked at again: who looks without a pause takes the time from what is to happen.
pub async fn moment() {
    tokio::time::sleep(MOMENT).await;
}

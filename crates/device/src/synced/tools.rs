//! What a device's owner sees of its enrolments, and what somebody does who has its disk: copy both
//! stores, put an older copy back, take it to another device.

use std::sync::Arc;

use super::agent::Agent;
use super::info::{EnrolmentInfo, Stores};
use super::stores::Enrolments;
use crate::{Device, Error};

impl Device {
    /// Its enrolments, in the order they were made, as they stood when they were last looked at: the
    /// agent looks whenever something changes. Blocks on the stores only when it never has.
    ///
    /// # Errors
    /// [`Error::Vault`], [`Error::Damaged`].
    pub fn enrolments(&self) -> Result<Vec<EnrolmentInfo>, Error> {
        let agent = &self.0.agent;
        let known = agent.state().infos.clone();
        match known {
            Some(infos) => Ok(infos),
            None => {
                agent.review()?;
                Ok(agent.state().infos.clone().unwrap_or_default())
            }
        }
    }

    /// Whether its agent is at work, or about to be: synchronizing, opening a stream, taking news.
    /// False where it only waits for time to pass, or for the network to come back.
    #[must_use]
    pub fn agent_busy(&self) -> bool {
        self.0.agent.is_busy()
    }

    /// Copies what both stores hold of its enrolments, in memory, to be put back later. Says how many.
    ///
    /// # Errors
    /// [`Error::Vault`], [`Error::Damaged`].
    pub async fn keep_stores(&self) -> Result<usize, Error> {
        let agent = &self.0.agent;
        agent
            .blocking(|agent| {
                let _alone = agent.enrolments.vault().alone();
                let copy = agent.enrolments.copy()?;
                let count = copy.len();
                agent.state().kept = Some(copy);
                Ok(count)
            })
            .await
    }

    /// Puts back what [`Device::keep_stores`] copied, as a restored backup does.
    ///
    /// # Errors
    /// [`Error::NothingKept`], [`Error::Vault`].
    pub async fn restore_stores(&self, which: Stores) -> Result<(), Error> {
        let agent = &self.0.agent;
        let done = agent.blocking(move |agent| {
            let _alone = agent.enrolments.vault().alone();
            let copy = agent.state().kept.take().ok_or(Error::NothingKept)?;
            let records = which != Stores::Keyring;
            let result = agent
                .enrolments
                .paste(&copy, records, which != Stores::Vault);
            agent.state().kept = Some(copy);
            result
        });
        done.await?;
        agent.look_again().await;
        Ok(())
    }

    /// Copies its enrolments to another device, keys and counters and all, as somebody does who read
    /// its memory. Says how many.
    ///
    /// # Errors
    /// [`Error::NoSuchDevice`] when the other was removed, [`Error::Vault`].
    pub async fn copy_enrolments(&self, to: &Device) -> Result<usize, Error> {
        to.info()?;
        let theirs = Enrolments::new(to.0.vault.clone(), to.id().clone());
        let copied = self.0.agent.blocking(move |agent| {
            let copy = {
                let _alone = agent.enrolments.vault().alone();
                agent.enrolments.copy()?
            };
            let _alone = theirs.vault().alone();
            theirs.paste(&copy, true, true)?;
            Ok(copy.len())
        });
        let copied = copied.await?;
        let agent: &Arc<Agent> = &to.0.agent;
        agent.start();
        agent.look_again().await;
        Ok(copied)
    }
}

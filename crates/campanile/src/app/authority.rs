//! The authority with its secret key, and whose client certificates are let in.

use campanile_core::pki::Authority;

use super::App;
use crate::error::{Error, Result};
use crate::store::authority::{self, AuthorityRow};
use crate::store::{Connection, trust};

/// An authority that client certificates may come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginAuthority {
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Its newest revocation list, DER, if it has issued one.
    pub crl: Option<Vec<u8>>,
}

impl App {
    /// The network's own authority with its secret key.
    ///
    /// # Errors
    /// There is none yet, or its key file cannot be used.
    pub async fn authority(
        &self,
        connection: &mut Connection,
    ) -> Result<(AuthorityRow, Authority)> {
        let row = authority::current(connection).await?.ok_or_else(|| {
            Error::not_found("this network has no certification authority yet")
                .hint("`campanile ca init` makes one")
        })?;
        let path = self.keys.authority_path(&row.fingerprint);
        let secret = self.keys.read(&path)?;
        let authority = Authority::from_secret_pem(&secret);
        match authority.filter(|read| read.fingerprint() == row.fingerprint) {
            Some(authority) => Ok((row, authority)),
            None => Err(Error::internal(format!("{} holds another key", path.display()))
                .hint("restore the key file of the authority from a backup")),
        }
    }

    /// Every authority that client certificates may come from: the own one, and those that the
    /// operator has registered for logging in. The handshake asks these; who somebody is, says
    /// the table of logins.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn login_authorities(
        &self,
        connection: &mut Connection,
    ) -> Result<Vec<LoginAuthority>> {
        let own = authority::current(connection).await?;
        let own =
            own.map(|row| LoginAuthority { certificate: row.certificate, crl: Some(row.crl) });
        let foreign = trust::all(connection).await?.into_iter().filter(|anchor| anchor.logins);
        let foreign =
            foreign.map(|row| LoginAuthority { certificate: row.certificate, crl: row.crl });
        Ok(own.into_iter().chain(foreign).collect())
    }
}

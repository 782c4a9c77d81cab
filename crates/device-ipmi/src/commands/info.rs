//! What a BMC says of itself, and its restart (chapter 20).

use crate::{Bmc, IpmiError, Request, protocol::Reader};

const APP: u8 = 6;
const GET_DEVICE_ID: u8 = 1;
const COLD_RESET: u8 = 2;
const GET_SYSTEM_GUID: u8 = 0x37;

/// What a BMC is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BmcInfo {
    /// Number of the device.
    pub device: u8,
    /// Its revision.
    pub revision: u8,
    /// Version of its firmware: `9.08`.
    pub firmware: String,
    /// Version of IPMI: `2.0`.
    pub ipmi: String,
    /// Number of its manufacturer, given by IANA.
    pub manufacturer: u32,
    /// Number of the product, given by the manufacturer.
    pub product: u16,
    /// It is updating itself or starting.
    pub not_ready: bool,
}

impl BmcInfo {
    /// Reads the answer to Get Device ID (table 20-2).
    ///
    /// # Errors
    /// When it is too short.
    pub fn decode(data: &[u8]) -> Result<Self, IpmiError> {
        let mut reader = Reader::new(data);
        let [device, revision, major, minor, ipmi, _support] = reader.array()?;
        let [a, b, c] = reader.array()?;
        let product = reader.u16()?;
        Ok(Self {
            device,
            revision: revision & 0xf,
            // BCD, as is the version of IPMI, whose digits are the other way round.
            firmware: format!("{}.{minor:02x}", major & 0x7f),
            ipmi: format!("{}.{}", ipmi & 0xf, ipmi >> 4),
            manufacturer: u32::from_le_bytes([a, b, c, 0]) & 0xf_ffff,
            product,
            not_ready: major & 0x80 != 0,
        })
    }
}

impl Bmc {
    /// What the BMC is.
    ///
    /// # Errors
    /// As for every command.
    pub async fn info(&self) -> Result<BmcInfo, IpmiError> {
        let request = Request::again("get device id", APP, GET_DEVICE_ID, &[]);
        BmcInfo::decode(&self.send(&request).await?)
    }

    /// The number of the machine among all machines, as it comes on the wire.
    ///
    /// # Errors
    /// As for every command.
    pub async fn guid(&self) -> Result<[u8; 16], IpmiError> {
        let request = Request::again("get system GUID", APP, GET_SYSTEM_GUID, &[]);
        Reader::new(&self.send(&request).await?).array()
    }

    /// Restarts the BMC, and not the machine. Sent once; the session ends with it.
    ///
    /// # Errors
    /// [`IpmiError::NotKnown`] when no answer came, as of many BMCs that do it at once.
    pub async fn cold_reset(&self) -> Result<(), IpmiError> {
        let request = Request::once("cold reset", APP, COLD_RESET, &[]);
        let result = self.send(&request).await.map(drop);
        self.close().await;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::BmcInfo;

    #[test]
    fn device_id_as_ipmi_sim_tells_it() {
        let data = [0, 3, 9, 8, 2, 0x9f, 0x91, 0x12, 0, 2, 0x0f];
        let info = BmcInfo::decode(&data).unwrap();
        assert_eq!((&*info.firmware, &*info.ipmi), ("9.08", "2.0"));
        assert_eq!((info.manufacturer, info.product, info.not_ready), (4753, 0xf02, false));
        assert!(BmcInfo::decode(&data[..10]).is_err());
    }
}

//! A folder of this computer as a drive there (MS-RDPEFS).
//!
//! Deliberately absent: watching for changes (such a question is never answered, as the protocol allows), locks,
//! security descriptors, and file times that the machine would like to set.

mod folder;
mod handle;

use crate::Drive;
use handle::{Handle, asks_to_write};
use ironrdp_core::impl_as_any;
use ironrdp_pdu::{PduResult, encode_err};
use ironrdp_rdpdr::{
    Rdpdr, RdpdrBackend,
    pdu::{
        RdpdrPdu,
        efs::{
            Boolean, Characteristics, ClientDriveLockControlResponse,
            ClientDriveQueryDirectoryResponse, ClientDriveQueryInformationResponse,
            ClientDriveQuerySecurityResponse, ClientDriveQueryVolumeInformationResponse,
            ClientDriveSetInformationResponse, ClientDriveSetSecurityResponse, CreateDisposition,
            CreateOptions, DeviceCloseResponse, DeviceControlRequest, DeviceControlResponse,
            DeviceCreateRequest, DeviceCreateResponse, DeviceFlushBuffersResponse,
            DeviceIoResponse, DeviceReadRequest, DeviceReadResponse, DeviceWriteRequest,
            DeviceWriteResponse, FileFsAttributeInformation, FileFsDeviceInformation,
            FileFsFullSizeInformation, FileFsSizeInformation, FileFsVolumeInformation,
            FileSystemAttributes, FileSystemInformationClass, FileSystemInformationClassLevel,
            Information, NtStatus, ServerDeviceAnnounceResponse, ServerDriveIoRequest,
            ServerDriveQueryDirectoryRequest,
        },
        esc::{ReturnCode, ScardCall, ScardIoCtlCode},
    },
};
use ironrdp_svc::SvcMessage;
use std::collections::BTreeMap;

pub(crate) use folder::Folder;

/// How an operation ended.
type Status = NtStatus;

/// The most files that are open at once.
const MOST_OPEN: usize = 512;
/// The most bytes that are read at once.
const MOST_READ: usize = 1024 * 1024;
/// Our number for the drive.
const DEVICE: u32 = 1;
/// Bytes of a cluster, as it is told.
const CLUSTER: u32 = 4096;
/// `FILE_DEVICE_DISK`.
const DISK: u32 = 7;

/// The channel, with this folder on it.
pub(crate) fn channel(drive: &Drive, folder: Folder, computer: &str) -> Rdpdr {
    let name = name(&drive.name);
    let shared = Shared { folder, name: name.clone(), open: BTreeMap::new(), next: 1 };
    Rdpdr::new(Box::new(shared), computer.to_owned()).with_drives(Some(vec![(DEVICE, name)]))
}

/// A name that any server takes.
fn name(wanted: &str) -> String {
    let name: String = wanted
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(32)
        .collect();
    if name.is_empty() { "patchbay".to_owned() } else { name }
}

#[derive(Debug)]
struct Shared {
    folder: Folder,
    name: String,
    open: BTreeMap<u32, Handle>,
    next: u32,
}

impl_as_any!(Shared);

impl RdpdrBackend for Shared {
    fn reset(&mut self) -> PduResult<()> {
        self.open.clear();
        Ok(())
    }

    fn handle_server_device_announce_response(
        &mut self,
        _: ServerDeviceAnnounceResponse,
    ) -> PduResult<()> {
        Ok(())
    }

    fn handle_scard_call(
        &mut self,
        request: DeviceControlRequest<ScardIoCtlCode>,
        call: ScardCall,
    ) -> PduResult<Vec<SvcMessage>> {
        let response = call.error_response(request, ReturnCode::NoService);
        Ok(vec![RdpdrPdu::DeviceControlResponse(response).into()])
    }

    fn handle_drive_io_request(
        &mut self,
        request: ServerDriveIoRequest,
    ) -> PduResult<Vec<SvcMessage>> {
        Ok(self.answer(request)?.map(SvcMessage::from).into_iter().collect())
    }
}

impl Shared {
    fn answer(&mut self, request: ServerDriveIoRequest) -> PduResult<Option<RdpdrPdu>> {
        use ServerDriveIoRequest as Request;
        Ok(Some(match request {
            Request::ServerCreateDriveRequest(request) => {
                let (file_id, information, status) = match self.create(&request) {
                    Ok((id, information)) => (id, information, Status::SUCCESS),
                    Err(status) => (0, Information::empty(), status),
                };
                let device_io_reply = DeviceIoResponse::new(request.device_io_request, status);
                RdpdrPdu::DeviceCreateResponse(DeviceCreateResponse {
                    device_io_reply,
                    file_id,
                    information,
                })
            }
            Request::DeviceCloseRequest(request) => {
                let closed = self.open.remove(&request.device_io_request.file_id);
                let status =
                    closed.map_or(Status::INVALID_HANDLE, |handle| handle.close(&self.folder));
                let device_io_response = DeviceIoResponse::new(request.device_io_request, status);
                RdpdrPdu::DeviceCloseResponse(DeviceCloseResponse { device_io_response })
            }
            Request::DeviceReadRequest(request) => {
                let (read_data, status) = said(self.read(&request));
                let device_io_reply = DeviceIoResponse::new(request.device_io_request, status);
                RdpdrPdu::DeviceReadResponse(DeviceReadResponse { device_io_reply, read_data })
            }
            Request::DeviceWriteRequest(request) => {
                let (length, status) = said(self.write(&request));
                let device_io_reply = DeviceIoResponse::new(request.device_io_request, status);
                RdpdrPdu::DeviceWriteResponse(DeviceWriteResponse { device_io_reply, length })
            }
            Request::ServerDriveQueryInformationRequest(request) => {
                let handle = self.open.get(&request.device_io_request.file_id);
                let about = handle.ok_or(Status::INVALID_HANDLE);
                let (buffer, status) = said(
                    about.and_then(|handle| handle.about(request.file_info_class_lvl).map(Some)),
                );
                let device_io_response = DeviceIoResponse::new(request.device_io_request, status);
                let response = ClientDriveQueryInformationResponse { device_io_response, buffer };
                RdpdrPdu::ClientDriveQueryInformationResponse(response)
            }
            Request::ServerDriveQueryDirectoryRequest(request) => {
                let (buffer, status) = said(self.list(&request).map(Some));
                let device_io_reply = DeviceIoResponse::new(request.device_io_request, status);
                let response = ClientDriveQueryDirectoryResponse { device_io_reply, buffer };
                RdpdrPdu::ClientDriveQueryDirectoryResponse(response)
            }
            Request::ServerDriveQueryVolumeInformationRequest(request) => {
                let (buffer, status) = said(self.volume(&request.fs_info_class_lvl).map(Some));
                let device_io_reply = DeviceIoResponse::new(request.device_io_request, status);
                let response =
                    ClientDriveQueryVolumeInformationResponse { device_io_reply, buffer };
                RdpdrPdu::ClientDriveQueryVolumeInformationResponse(response)
            }
            Request::ServerDriveSetInformationRequest(request) => {
                let handle = self.open.get_mut(&request.device_io_request.file_id);
                let set = handle.ok_or(Status::INVALID_HANDLE);
                let ((), status) =
                    said(set.and_then(|handle| handle.set(&self.folder, &request.set_buffer)));
                let response = ClientDriveSetInformationResponse::new(&request, status);
                RdpdrPdu::ClientDriveSetInformationResponse(
                    response.map_err(|error| encode_err!(error))?,
                )
            }
            Request::DeviceFlushBuffersRequest(request) => {
                let handle = self.open.get(&request.device_io_request.file_id);
                let status = handle.map_or(Status::INVALID_HANDLE, Handle::flush);
                let device_io_response = DeviceIoResponse::new(request.device_io_request, status);
                RdpdrPdu::DeviceFlushBuffersResponse(DeviceFlushBuffersResponse {
                    device_io_response,
                })
            }
            other => return Ok(refused(other)),
        }))
    }

    fn create(&mut self, request: &DeviceCreateRequest) -> Result<(u32, Information), Status> {
        if self.open.len() >= MOST_OPEN {
            return Err(Status::INSUFFICIENT_RESOURCES);
        }
        let (path, found) = self.folder.find(&request.path)?;
        let wanted = request.create_disposition;
        let (create, truncate) = match (found.is_some(), wanted) {
            (false, CreateDisposition::FILE_OPEN | CreateDisposition::FILE_OVERWRITE) => {
                return Err(Status::NO_SUCH_FILE);
            }
            (true, CreateDisposition::FILE_CREATE) => return Err(Status::OBJECT_NAME_COLLISION),
            (true, CreateDisposition::FILE_OPEN | CreateDisposition::FILE_OPEN_IF) => {
                (false, false)
            }
            (exists, _) => (!exists, exists),
        };
        let options = &request.create_options;
        let delete = options.contains(CreateOptions::FILE_DELETE_ON_CLOSE);
        let write = asks_to_write(&request.desired_access);
        let is_folder = found.as_ref().map_or(
            options.contains(CreateOptions::FILE_DIRECTORY_FILE),
            std::fs::Metadata::is_dir,
        );
        if !self.folder.writable() && (create || truncate || delete || (write && !is_folder)) {
            return Err(Status::ACCESS_DENIED);
        }
        if is_folder && options.contains(CreateOptions::FILE_NON_DIRECTORY_FILE) {
            return Err(Status::FILE_IS_A_DIRECTORY);
        }
        if !is_folder && options.contains(CreateOptions::FILE_DIRECTORY_FILE) {
            return Err(Status::NOT_A_DIRECTORY);
        }
        let handle = if is_folder {
            Handle::folder(path, create, delete)?
        } else {
            Handle::file(&self.folder, path, (write || truncate, create, truncate), delete)?
        };
        let id = self.next;
        self.next = self.next.checked_add(1).unwrap_or(1);
        self.open.insert(id, handle);
        let information = match (create, truncate) {
            (true, _) => Information::FILE_CREATED,
            (_, true) => Information::FILE_OVERWRITTEN,
            _ => Information::FILE_OPENED,
        };
        Ok((id, information))
    }

    fn read(&mut self, request: &DeviceReadRequest) -> Result<Vec<u8>, Status> {
        let handle =
            self.open.get_mut(&request.device_io_request.file_id).ok_or(Status::INVALID_HANDLE)?;
        let length =
            usize::try_from(request.length).map_or(MOST_READ, |length| length.min(MOST_READ));
        handle.read(request.offset, length)
    }

    fn write(&mut self, request: &DeviceWriteRequest) -> Result<u32, Status> {
        let handle =
            self.open.get_mut(&request.device_io_request.file_id).ok_or(Status::INVALID_HANDLE)?;
        handle.write(&self.folder, request.offset, &request.write_data)?;
        u32::try_from(request.write_data.len()).map_err(|_| Status::INVALID_PARAMETER)
    }

    fn list(
        &mut self,
        request: &ServerDriveQueryDirectoryRequest,
    ) -> Result<ironrdp_rdpdr::pdu::efs::FileInformationClass, Status> {
        let handle =
            self.open.get_mut(&request.device_io_request.file_id).ok_or(Status::INVALID_HANDLE)?;
        let pattern = (request.initial_query != 0).then(|| folder::last_part(&request.path));
        handle.list(pattern, request.file_info_class_lvl.clone())
    }

    fn volume(
        &self,
        level: &FileSystemInformationClassLevel,
    ) -> Result<FileSystemInformationClass, Status> {
        use FileSystemInformationClass as About;
        use FileSystemInformationClassLevel as Level;
        let (free, all) = self.folder.room();
        let clusters = |bytes: u64| i64::try_from(bytes / u64::from(CLUSTER)).unwrap_or(i64::MAX);
        let (free, all) = (clusters(free), clusters(all));
        Ok(match *level {
            Level::FILE_FS_VOLUME_INFORMATION => {
                About::FileFsVolumeInformation(FileFsVolumeInformation {
                    volume_creation_time: 0,
                    volume_serial_number: 0,
                    supports_objects: Boolean::False,
                    volume_label: self.name.clone(),
                })
            }
            Level::FILE_FS_SIZE_INFORMATION => {
                About::FileFsSizeInformation(FileFsSizeInformation {
                    total_alloc_units: all,
                    available_alloc_units: free,
                    sectors_per_alloc_unit: 1,
                    bytes_per_sector: CLUSTER,
                })
            }
            Level::FILE_FS_FULL_SIZE_INFORMATION => {
                About::FileFsFullSizeInformation(FileFsFullSizeInformation {
                    total_alloc_units: all,
                    caller_available_alloc_units: free,
                    actual_available_alloc_units: free,
                    sectors_per_alloc_unit: 1,
                    bytes_per_sector: CLUSTER,
                })
            }
            Level::FILE_FS_ATTRIBUTE_INFORMATION => {
                About::FileFsAttributeInformation(FileFsAttributeInformation {
                    file_system_attributes: FileSystemAttributes::FILE_CASE_PRESERVED_NAMES
                        | FileSystemAttributes::FILE_UNICODE_ON_DISK,
                    max_component_name_len: 255,
                    file_system_name: "FAT32".to_owned(),
                })
            }
            Level::FILE_FS_DEVICE_INFORMATION => {
                let read_only = if self.folder.writable() {
                    Characteristics::empty()
                } else {
                    Characteristics::FILE_READ_ONLY_DEVICE
                };
                let characteristics = Characteristics::FILE_REMOTE_DEVICE | read_only;
                About::FileFsDeviceInformation(FileFsDeviceInformation {
                    device_type: DISK,
                    characteristics,
                })
            }
            _ => return Err(Status::NOT_SUPPORTED),
        })
    }
}

/// What is not done, and said so; nothing for what may stay without an answer.
fn refused(request: ServerDriveIoRequest) -> Option<RdpdrPdu> {
    use ServerDriveIoRequest as Request;
    let status = Status::NOT_SUPPORTED;
    Some(match request {
        Request::DeviceControlRequest(request) => {
            RdpdrPdu::DeviceControlResponse(DeviceControlResponse::new(request, status, None))
        }
        Request::ServerDriveLockControlRequest(request) => {
            let device_io_reply = DeviceIoResponse::new(request.device_io_request, status);
            RdpdrPdu::ClientDriveLockControlResponse(ClientDriveLockControlResponse {
                device_io_reply,
            })
        }
        Request::ServerDriveQuerySecurityRequest(request) => {
            let device_io_response = DeviceIoResponse::new(request.device_io_request, status);
            let security_descriptor = None;
            let response =
                ClientDriveQuerySecurityResponse { device_io_response, security_descriptor };
            RdpdrPdu::ClientDriveQuerySecurityResponse(response)
        }
        Request::ServerDriveSetSecurityRequest(request) => {
            let device_io_response = DeviceIoResponse::new(request.device_io_request, status);
            let response = ClientDriveSetSecurityResponse { device_io_response, length: 0 };
            RdpdrPdu::ClientDriveSetSecurityResponse(response)
        }
        // Watching for changes: the answer comes when there is one.
        _ => return None,
    })
}

fn said<T: Default>(result: Result<T, Status>) -> (T, Status) {
    match result {
        Ok(value) => (value, Status::SUCCESS),
        Err(status) => (T::default(), status),
    }
}

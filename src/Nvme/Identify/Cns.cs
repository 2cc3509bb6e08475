namespace Conformance.Nvme;

/// <summary>Controller or Namespace Structure: what an Identify command asks for (Base 2.3 5.2.13). Unknown ones are values.</summary>
public enum Cns : byte
{
    IdentifyNamespace = 0x00,
    IdentifyController = 0x01,
    ActiveNamespaceIdList = 0x02,
    NamespaceIdentificationDescriptors = 0x03,
    NvmSetList = 0x04,
    /// <summary>I/O command set specific Identify Namespace.</summary>
    CommandSetNamespace = 0x05,

    /// <summary>I/O command set specific Identify Controller.</summary>
    CommandSetController = 0x06,

    CommandSetActiveNamespaceIdList = 0x07,
    /// <summary>I/O command set independent Identify Namespace.</summary>
    IndependentNamespace = 0x08,

    AllocatedNamespaceIdList = 0x10,
    /// <summary>Identify Namespace, for an allocated namespace that need not be attached.</summary>
    AllocatedNamespace = 0x11,

    NamespaceAttachedControllerList = 0x12,
    ControllerList = 0x13,
    PrimaryControllerCapabilities = 0x14,
    SecondaryControllerList = 0x15,
    NamespaceGranularityList = 0x16,
    UuidList = 0x17,
    DomainList = 0x18,
    EnduranceGroupList = 0x19,
    CommandSetAllocatedNamespaceIdList = 0x1A,
    CommandSetAllocatedNamespace = 0x1B,
    CommandSets = 0x1C,
    UnderlyingNamespaceList = 0x1D,
    PortsList = 0x1E,
    IndependentAllocatedNamespace = 0x1F,
    SupportedControllerStateFormats = 0x20,
}

/// <summary>CSI, the I/O command set that a structure or namespace belongs to.</summary>
public enum CommandSetIdentifier : byte
{
    Nvm = 0,
    KeyValue = 1,
    ZonedNamespace = 2,
    SubsystemLocalMemory = 3,
    ComputationalPrograms = 4,
}

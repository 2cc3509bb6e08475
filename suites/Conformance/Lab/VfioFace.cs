namespace Conformance.Suite;

/// <summary>
/// A VFIO driver that cases run on, by what is behind it and what it offers. Which of them a device has, its <see cref="VfioAccess"/> says; a
/// kernel's driver or one behind a socket will be one more.
/// </summary>
public enum VfioFace
{
    /// <summary>Over Host Managed Live Migration: STOP_COPY.</summary>
    Hmlm,

    /// <summary>The same with P2P.</summary>
    HmlmP2P,

    /// <summary>The same with PRE_COPY.</summary>
    HmlmPreCopy,

    /// <summary>The same with both.</summary>
    HmlmAll,

    /// <summary>Over the vendor commands of the December 2022 series: STOP_COPY.</summary>
    VendorRfc,

    /// <summary>The same with P2P.</summary>
    VendorRfcP2P,
}

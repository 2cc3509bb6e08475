using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>Sanitize operations (Base 2.3 8.1.26): what SANICAP says. With no type of operation there is no Sanitize command.</summary>
public sealed record SimulatedSanitize
{
    /// <summary>SANICAP.CES.</summary>
    public bool CryptoErase { get; init; } = true;

    /// <summary>SANICAP.BES.</summary>
    public bool BlockErase { get; init; } = true;

    /// <summary>SANICAP.OWS.</summary>
    public bool Overwrite { get; init; } = true;

    /// <summary>SANICAP.VERS and NVERS: the Media Verification state.</summary>
    public bool MediaVerification { get; init; } = true;

    /// <summary>SANICAP.NDI: blocks are deallocated also where No-Deallocate After Sanitize is set.</summary>
    public bool NoDeallocateInhibited { get; init; }

    /// <summary>SANICAP.NODMMAS: media that is not deallocated is modified, so that all of it can be read.</summary>
    public bool NoDeallocateModifiesMedia { get; init; }

    /// <summary>Sanitize Namespace, by crypto erase.</summary>
    public bool Namespaces { get; init; } = true;

    /// <summary>MNSOIP: sanitize operations of single namespaces at once; 0 without limit.</summary>
    [Range(0, 65536)]
    public int NamespacesAtOnce { get; init; }

    /// <summary>Operations that fail before one succeeds.</summary>
    [Range(0, 1000)]
    public int Failures { get; init; }
}

namespace Rivet.Cryptography.Tpm;

/// <summary>Why a TPM gives no result.</summary>
/// <param name="Fault">What happened.</param>
/// <param name="Code">The TPM's own response code, where it gave one (TPM 2.0 part 2, §6.6).</param>
public readonly record struct TpmRefusal(TpmFault Fault, uint Code);

/// <summary>What can be wrong with a TPM, or with what is asked of it.</summary>
public enum TpmFault
{
    /// <summary>It cannot be opened, does not answer in time, or ended the connection.</summary>
    Unreachable = 1,

    /// <summary>What answers speaks no TPM 2.0, or somebody between changed what it said: lengths, or the HMAC over an answer, are wrong.</summary>
    Untrue = 2,

    /// <summary>The storage hierarchy is closed: its owner set a password, or switched it off.</summary>
    OwnerClosed = 3,

    /// <summary>It is not the TPM that sealed: its storage primary key is another, or it was cleared since.</summary>
    AnotherTpm = 4,

    /// <summary>What was sealed, or the secret that opens it, was changed.</summary>
    Changed = 5,

    /// <summary>It locks out who tries too often; wait, or have its owner reset it.</summary>
    Locked = 6,

    /// <summary>It answers with an error.</summary>
    Failing = 7,
}

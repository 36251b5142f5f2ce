namespace Rivet.Cryptography.Pkcs11;

/// <summary>Whether the module can be used, as seen last.</summary>
/// <param name="Fault">What is wrong; <see cref="ModuleFault.None"/> when it is ready.</param>
/// <param name="Reason">One sentence, in English, with what to do; empty when it is ready. Holds no secret.</param>
public sealed record ModuleState(ModuleFault Fault, string Reason)
{
    /// <summary>Whether the module was signed in to and answered.</summary>
    public bool IsReady => Fault == ModuleFault.None;

    /// <summary>The one good state.</summary>
    public static ModuleState Ready { get; } = new(ModuleFault.None, "");
}

/// <summary>Why a module cannot be used.</summary>
public enum ModuleFault
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>Nobody has tried yet.</summary>
    NotOpened = 1,

    /// <summary>The library is missing, or is none.</summary>
    LibraryUnusable = 2,

    /// <summary>No token, or more than one, has the label.</summary>
    TokenMissing = 3,

    /// <summary>The PIN cannot be read.</summary>
    PinMissing = 4,

    /// <summary>The token refused the PIN. It is not offered a second time.</summary>
    PinRefused = 5,

    /// <summary>The token is locked, or one wrong PIN away from it.</summary>
    PinLocked = 6,

    /// <summary>The module does not offer AES-GCM.</summary>
    NotCapable = 7,

    /// <summary>The module answered with an error.</summary>
    Failing = 8,

    /// <summary>A key that was there is not.</summary>
    KeyMissing = 9,

    /// <summary>The module does not return from a call.</summary>
    Hanging = 10,
}

/// <summary>Why the module gives no result.</summary>
public enum ModuleRefusal
{
    /// <summary>The module cannot be used now (<see cref="KeyModule.State"/> says why); a later call may succeed.</summary>
    Unavailable = 1,

    /// <summary>The ciphertext, its nonce, its associated data or its key is not what was sealed.</summary>
    Forged = 2,

    /// <summary>The token holds no such key.</summary>
    NotFound = 3,

    /// <summary>The token holds a key of that label already.</summary>
    Exists = 4,

    /// <summary>The key may leave the module, serves two purposes, is not AES-256, or is not the only one of its label.</summary>
    Unfit = 5,

    /// <summary>The module does not offer what this takes, in the strength that is asked for.</summary>
    NotOffered = 6,
}

/// <summary>Carries a state up to where it becomes a refusal.</summary>
internal sealed class ModuleException(ModuleFault fault, string reason) : Exception(reason)
{
    public ModuleState State => new(fault, Message);
}

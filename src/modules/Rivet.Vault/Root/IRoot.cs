using Rivet.Cryptography.Pkcs11;

namespace Rivet.Vault;

/// <summary>What wraps the companies' keys and the platform's own: the key id of what it wrapped is the root's.</summary>
internal interface IRoot : IKeyWrapper
{
    RootKind Kind { get; }

    /// <summary>Looks whether it can be used now.</summary>
    ModuleState Check();
}

using Microsoft.Extensions.DependencyInjection;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Identity.Tests;

/// <summary>The real vault, which a test can make unavailable.</summary>
internal sealed class SwitchableVault(IVault vault) : IVault
{
    public bool IsUnavailable { get; set; }

    /// <summary>Puts the switch before the vault that is registered.</summary>
    public static void Wrap(IServiceCollection services)
    {
        var real = services.Single(service => service.ServiceType == typeof(IVault));
        services.Remove(real);
        services.AddSingleton(provider => new SwitchableVault((IVault)ActivatorUtilities.CreateInstance(provider, real.ImplementationType!)));
        services.AddSingleton<IVault>(provider => provider.GetRequiredService<SwitchableVault>());
    }

    public ValueTask<Result<byte[][], VaultRefusal>> SealAsync(KeyScope scope, ReadOnlyMemory<Plaintext> items, CancellationToken ct)
        => IsUnavailable ? new(VaultRefusal.Unavailable) : vault.SealAsync(scope, items, ct);

    public ValueTask<Result<byte[], VaultRefusal>[]> OpenAsync(
        CompanyId company, string application, ReadOnlyMemory<Ciphertext> items, CancellationToken ct)
        => IsUnavailable
            ? new(items.ToArray().Select(_ => (Result<byte[], VaultRefusal>)VaultRefusal.Unavailable).ToArray())
            : vault.OpenAsync(company, application, items, ct);

    public ValueTask<Result<int, VaultRefusal>> DestroyAsync(KeyScope scope, CancellationToken ct)
        => IsUnavailable ? new(VaultRefusal.Unavailable) : vault.DestroyAsync(scope, ct);

    public ValueTask<Result<byte[][], VaultRefusal>> SignAsync(
        SigningKey key, ReadOnlyMemory<ReadOnlyMemory<byte>> messages, CancellationToken ct)
        => IsUnavailable ? new(VaultRefusal.Unavailable) : vault.SignAsync(key, messages, ct);

    public ValueTask<Result<byte[], VaultRefusal>> GetPublicKeyAsync(SigningKey key, CancellationToken ct)
        => IsUnavailable ? new(VaultRefusal.Unavailable) : vault.GetPublicKeyAsync(key, ct);
}

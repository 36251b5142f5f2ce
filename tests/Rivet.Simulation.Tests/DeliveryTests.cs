namespace Rivet.Simulation.Tests;

/// <summary>
/// The real client over a network that does its worst. Everything runs on one thread and one simulated clock, and each
/// schedule follows from its seed; see <see cref="Schedules"/>.
/// </summary>
public sealed class DeliveryTests
{
    [Fact]
    public void Schedules_OfAllFaults_KeepTheDeliveryRules() => Schedules.Run(20_000, seed => new Setting { Seed = seed });

    /// <summary>Fewer, since each write is a transaction of an encrypted file.</summary>
    [Fact]
    public void Schedules_OverEncryptedContainers_KeepTheDeliveryRules()
        => Schedules.Run(200, seed => new Setting { Seed = seed, Homes = Homes.Containers });
}

/// <summary>
/// The same over the real Messaging module and its store instead of the model. The order of what happens is the seed's;
/// the ids that the module draws are its own, so a seed repeats nearly everything, not all.
/// </summary>
public sealed class RealServerTests
{
    [Fact]
    public async Task Schedules_OverTheRealServer_KeepTheDeliveryRules()
    {
        await using var server = new MessagingServer();
        Schedules.Run(60, seed =>
        {
            server.Company = Kernel.EntityId.New<Kernel.CompanyId>(TimeProvider.System);
            return new Setting { Seed = seed, Server = server };
        });
    }
}

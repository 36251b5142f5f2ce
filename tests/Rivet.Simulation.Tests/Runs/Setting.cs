namespace Rivet.Simulation.Tests;

/// <summary>On what a schedule runs.</summary>
internal enum Homes
{
    Memory,
    Containers,
}

/// <summary>What a schedule is made of beside its seed.</summary>
internal sealed record Setting
{
    public required int Seed { get; init; }

    public ModelBug Bug { get; init; }

    public Homes Homes { get; init; }

    /// <summary>The real module; null: the model.</summary>
    public MessagingServer? Server { get; init; }
}

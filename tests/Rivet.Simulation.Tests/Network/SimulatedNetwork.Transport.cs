namespace Rivet.Simulation.Tests;

/// <content>How frames travel.</content>
internal sealed partial class SimulatedNetwork
{
    private void Up(SimulatedLink link, Action arrived)
    {
        if (!link.IsStalled)
        {
            link.LastUp = Later(link.LastUp, link.Device);
            loop.At(link.LastUp - loop.Now, () =>
            {
                if (!link.IsStalled)
                {
                    arrived();
                }
            });
        }
    }

    private void Down(SimulatedLink link, Action arrived)
    {
        if (!link.IsStalled)
        {
            link.LastDown = Later(link.LastDown, link.Device);
            loop.At(link.LastDown - loop.Now, () => Land(link, arrived));
        }
    }

    private static void Land(SimulatedLink link, Action arrived)
    {
        if (!link.IsStalled && !link.IsOver && link.Process.IsAlive)
        {
            arrived();
        }
    }

    /// <summary>A frame arrives after those before it; one of a partitioned device when the partition is over.</summary>
    private TimeSpan Later(TimeSpan last, Device device)
    {
        var due = loop.Now + Soon();
        due = due < device.PartitionedUntil ? device.PartitionedUntil : due;
        return due < last ? last : due;
    }

    private bool Strikes(int ofThousand) => ofThousand > 0 && chance.Next(1000) < ofThousand;

    private TimeSpan Soon() => TimeSpan.FromMilliseconds(chance.Next(8) == 0 ? chance.Next(2_000) : chance.Next(60));

    private TimeSpan Seconds(int most) => TimeSpan.FromMilliseconds(chance.Next(most * 1_000));
}

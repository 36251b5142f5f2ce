using Microsoft.Extensions.Time.Testing;
using Rivet.Kernel;

namespace Rivet.Messaging.Tests;

public sealed class AllowanceTests
{
    private readonly FakeTimeProvider time = new();
    private readonly PersonId ann = EntityId.New<PersonId>(TimeProvider.System);
    private readonly PersonId bob = EntityId.New<PersonId>(TimeProvider.System);

    [Fact]
    public void TryTake_PastTheBurst_SaysWhenTheNextIsAllowed()
    {
        var allowances = new Allowances(time);
        Assert.Equal(10, Taken(allowances, ann, 20));

        Assert.False(allowances.TryTake(ann, 10, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(6), wait);
        time.Advance(wait - TimeSpan.FromTicks(1));
        Assert.False(allowances.TryTake(ann, 10, out _));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.True(allowances.TryTake(ann, 10, out _));
        Assert.False(allowances.TryTake(ann, 10, out _));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(10, Taken(allowances, ann, 20));
    }

    [Fact]
    public void TryTake_OfAnotherPerson_IsUnaffected()
    {
        var allowances = new Allowances(time);
        Taken(allowances, ann, 20);

        Assert.Equal(10, Taken(allowances, bob, 20));
    }

    [Fact]
    public void TryTake_ByManyPeople_ForgetsThoseWhoAreWholeAgain()
    {
        var allowances = new Allowances(time);
        for (var person = 0; person < 20_000; person++)
        {
            allowances.TryTake(EntityId.New<PersonId>(TimeProvider.System), 10, out _);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(allowances.Count, 1, 4_096);
    }

    [Fact]
    public void TryTake_OfSomebodyKnown_AllocatesNothing()
    {
        var allowances = new Allowances(time);
        allowances.TryTake(ann, 6_000, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var message = 0; message < 1_000; message++)
        {
            allowances.TryTake(ann, 6_000, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int Taken(Allowances allowances, PersonId person, int tries)
        => Enumerable.Range(0, tries).Count(_ => allowances.TryTake(person, 10, out var _));
}

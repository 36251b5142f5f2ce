using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Access.Tests;

public sealed class RelationsTests
{
    private readonly CompanyId company = Some.Company();
    private readonly PersonId person = Some.Person();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Relations_AfterRestart_AreTheSame()
    {
        using var folder = new TempFolder();
        await using (var before = await AccessHost.StartAsync(folder))
        {
            await before.AddAsync(Resource.Of(company), Relation.Administrator, person);
            await before.AddAsync(Resource.Of(company), Relation.Guest, person);
            await before.RemoveAsync(Resource.Of(company), Relation.Administrator, person);
        }

        await using var after = await AccessHost.StartAsync(folder);
        var subject = Some.OnPage(company, person);
        Assert.Equal("", await after.ReasonAsync(subject, "link.echo", Resource.Of(company)));
        Assert.Equal("access.role", await after.ReasonAsync(subject, "status.read", Resource.Of(company)));
    }

    [Fact]
    public async Task Ask_Remembered_CompletesSynchronouslyAndAllocatesOnlyThePermit()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(folder);
        var conversation = Resource.Of(Some.Conversation(), company);
        await host.AddAsync(Resource.Of(company), Relation.Member, person);
        await host.AddAsync(conversation, Relation.Member, person);
        var question = new Question(Some.OnDevice(company, person), new("message.send"), conversation);
        Assert.NotNull((await host.Access.AskAsync(question, Ct)).Permit);

        for (var round = 0; round < 2_000; round++)
        {
            Assert.True(host.Access.AskAsync(question, Ct).IsCompletedSuccessfully);
        }

        var permit = Measure(() => _ = RuntimeHelpers.GetUninitializedObject(typeof(Permit)));
        var ask = Measure(() => _ = host.Access.AskAsync(question, Ct).Result);
        Assert.Equal(permit, ask);

        static long Measure(Action action)
        {
            action();
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task Change_InAFailedWork_ChangesNothing()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(folder);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Store.WriteAsync<int>(
            transaction =>
            {
                host.Relations.Add(transaction, Resource.Of(company), Relation.Administrator, person);
                throw new InvalidOperationException("undo");
            },
            Ct));
        Assert.Equal("access.not-a-member", await host.ReasonAsync(Some.OnDevice(company, person), "link.echo", Resource.Of(company)));
    }

    [Fact]
    public async Task Add_Twice_OneRemoveIsEnough()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(folder);
        await host.AddAsync(Resource.Of(company), Relation.Member, person);
        await host.AddAsync(Resource.Of(company), Relation.Member, person);
        Assert.Equal("", await host.ReasonAsync(Some.OnDevice(company, person), "link.echo", Resource.Of(company)));
        await host.RemoveAsync(Resource.Of(company), Relation.Member, person);
        Assert.Equal("access.not-a-member", await host.ReasonAsync(Some.OnDevice(company, person), "link.echo", Resource.Of(company)));
    }

    [Fact]
    public async Task Add_WithoutIdentifiers_IsABug()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(folder);
        await Assert.ThrowsAsync<ArgumentException>(() => host.AddAsync(Resource.Of(company), Relation.Member, default));
        await Assert.ThrowsAsync<ArgumentException>(() => host.AddAsync(Resource.Of(default(CompanyId)), Relation.Member, person));
        await Assert.ThrowsAsync<ArgumentException>(() => host.AddAsync(Resource.Of(company), default, person));
    }

    [Fact]
    public async Task Ask_StoreUnreadable_FailsClosed()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(
            folder, replace: services => services.Replace(ServiceDescriptor.Singleton<IStore, UnreadableStore>()));
        Assert.Equal("access.unavailable", await host.ReasonAsync(Some.OnDevice(company, person), "link.echo", Resource.Of(company)));
        Assert.Equal(0, host.Cache.Count);
    }

    [Fact]
    public async Task Ask_CommitBetweenItsReadAndItsRemembering_IsNotRemembered()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(folder);
        await host.AddAsync(Resource.Of(company), Relation.Member, person);
        var subject = Some.OnDevice(company, person);
        var interleaved = new InterleavedStore(host.Store, () => host.RemoveAsync(Resource.Of(company), Relation.Member, person));
        var policy = new AccessPolicy(host.Cache, interleaved, Microsoft.Extensions.Logging.Abstractions.NullLogger<AccessPolicy>.Instance);
        var question = new Question(subject, new("link.echo"), Resource.Of(company));

        Assert.NotNull((await policy.AskAsync(question, Ct)).Permit); // asked before the commit
        Assert.Equal("access.not-a-member", (await policy.AskAsync(question, Ct)).Reason);
    }

    [Fact]
    public async Task Cache_AskedForMuchMore_StaysWithinItsBound()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(folder, options => options.CachedStandings = 32);
        await host.AddAsync(Resource.Of(company), Relation.Member, person);
        var subject = Some.OnDevice(company, person);
        for (var stranger = 0; stranger < 500; stranger++)
        {
            Assert.Equal("access.not-a-member", await host.ReasonAsync(subject, "message.send", Resource.Of(Some.Conversation(), company)));
            Assert.InRange(host.Cache.Count, 1, 32);
        }

        Assert.Equal("", await host.ReasonAsync(subject, "link.echo", Resource.Of(company)));
    }

    private sealed class UnreadableStore : IStore
    {
        public Task<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken ct) => throw new StoreUnavailableException("test");

        public ValueTask<T> ReadAsync<T>(Func<ReadSession, T> query, CancellationToken ct) => throw new StoreUnavailableException("test");
    }

    /// <summary>After its first read, and before whoever read gets the answer, something else commits.</summary>
    private sealed class InterleavedStore(IStore inner, Func<Task> between) : IStore
    {
        private Func<Task>? pending = between;

        public Task<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken ct) => inner.WriteAsync(work, ct);

        public async ValueTask<T> ReadAsync<T>(Func<ReadSession, T> query, CancellationToken ct)
        {
            var value = await inner.ReadAsync(query, ct);
            if (Interlocked.Exchange(ref pending, null) is { } commit)
            {
                await commit();
            }

            return value;
        }
    }
}
